"""Comparing volumes with the hashes in their manifests: which to download tonight, and what is wrong with them."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from verify import progress
from verify.archive.completeness import DAMAGED, Manifests
from verify.archive.manifests import Manifest, Volume
from verify.archive.names import Span
from verify.archive.sets import Object, Stored
from verify.checks import Finding
from verify.destinations.view import Hashed, RefusedError, View
from verify.plurals import counted

DAY = 86_400


@dataclass(frozen=True, slots=True)
class HashedVolume:
    """A volume that lies there, and the hash that its manifest has of it."""

    span: Span
    stored: Object
    volume: Volume


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of all volumes, and of their bytes, have been proven; the oldest proof's age is in seconds.

    `out_of_reach` are those of all that no drill can prove: lost, damaged, or without a hash in their manifest.
    """

    volumes: int
    proven: int
    bytes: int
    proven_bytes: int
    oldest: float
    out_of_reach: int = 0

    def __str__(self) -> str:
        volumes = counted(self.volumes, "volume")
        if self.out_of_reach:
            bad = "is lost, damaged" if self.out_of_reach == 1 else "are lost, damaged"
            return f"{self.proven:,} of {volumes} proven, {self.out_of_reach:,} {bad} or without a hash in the manifest"
        if self.proven < self.volumes:
            return f"{self.proven:,} of {volumes} proven so far ({_percent(self.proven_bytes, self.bytes)})"
        days = max(1, -(-int(self.oldest) // DAY))
        return f"100 % of {volumes} proven within {counted(days, 'day')}"


def hashed_volumes(stored: Stored, manifests: Manifests) -> Iterator[HashedVolume]:
    """Given what lies there and the manifests, yield the volumes that are there and have a hash."""
    for each in stored.points:
        manifest = manifests[each.span]
        for number, volume in manifest.volumes.items() if isinstance(manifest, Manifest) else ():
            if volume.hash and number in each.volumes:
                yield HashedVolume(each.span, each.volumes[number], volume)


def least_recently_proven(
    volumes: Iterable[HashedVolume], proven: Mapping[str, float], budget: int, draw: random.Random
) -> list[HashedVolume]:
    """Given volumes and when each was proven, return those for tonight: never proven first, at random, then the oldest.

    They have at most `budget` bytes. One that does not fit any more is skipped.
    """
    shuffled = list(volumes)
    draw.shuffle(shuffled)
    chosen, left = [], budget
    for each in sorted(shuffled, key=lambda one: proven.get(one.stored.name, 0.0)):
        if each.stored.size <= left:
            chosen.append(each)
            left -= each.stored.size
    return chosen


def prove(view: View, volumes: Sequence[HashedVolume], deadline: float) -> tuple[list[Object], list[Finding]]:
    """Download volumes until a deadline (monotonic seconds); return the good ones, and findings."""
    by_name = {each.stored.name: each for each in volumes}
    good: list[Object] = []
    found: list[Finding] = []
    wanted = [(name, _hash_of(each)[0].lower()) for name, each in by_name.items()]
    for number, (name, hashed) in enumerate(view.digests(wanted, deadline), 1):
        progress.say(f"downloading volumes: {number:,} of {len(volumes):,} done")
        finding = _judged(by_name[name], hashed)
        if finding:
            found.append(finding)
        elif hashed is not None:
            good.append(by_name[name].stored)
    return good, sorted(found, key=lambda each: each.path)


def told_by_server(
    view: View, volumes: Sequence[HashedVolume], deadline: float
) -> tuple[list[Object], list[Finding], list[HashedVolume]]:
    """Compare volumes with what the server itself hashes them to, until a deadline (monotonic seconds).

    Return the good ones, findings, and those of which the server tells nothing. None is downloaded.
    """
    algorithms = {_hash_of(each)[0].lower() for each in volumes}
    told: dict[str, str] = {}
    for algorithm in algorithms:
        names = [each.stored.name for each in volumes if _hash_of(each)[0].lower() == algorithm]
        told |= view.told_digests(names, algorithm, deadline)
    good: list[Object] = []
    found: list[Finding] = []
    for each in volumes:
        if (digest := told.get(each.stored.name)) is None:
            continue
        finding = _judged(each, (digest, each.stored.size))
        found += [finding] if finding else []
        good += [] if finding else [each.stored]
    return good, sorted(found, key=lambda each: each.path), [each for each in volumes if each.stored.name not in told]


def _hash_of(each: HashedVolume) -> tuple[str, str]:
    return each.volume.hash or ("SHA1", "")


def _judged(each: HashedVolume, hashed: Hashed) -> Finding | None:
    """Return a finding unless a volume hashes to what its manifest says, or was not downloaded for want of time."""
    algorithm, wanted = _hash_of(each)
    if hashed is None:
        return None
    if isinstance(hashed, FileNotFoundError):
        return _finding(each, "an object that can be read", "none any more: it was listed a moment ago", DAMAGED)
    if isinstance(hashed, RefusedError):
        return _finding(each, "an object that can be read", hashed.got, hashed.hint)
    digest, size = hashed
    if digest == wanted:
        return None
    return _finding(each, f"{algorithm} {wanted}, as in its manifest", f"{algorithm} {digest} of {size} bytes", DAMAGED)


def _finding(each: HashedVolume, expected: str, got: str, hint: str) -> Finding:
    return Finding(
        "volumes-intact", each.stored.name, expected, got, f"volume {each.volume.number} of {each.span}; {hint}"
    )


def coverage(
    volumes: Iterable[HashedVolume], proven: Mapping[str, float], now: float, named: int | None = None
) -> Coverage:
    """Given all volumes that can be proven, and when each was, return how many are by now.

    `named` is how many the manifests name: those that are lost count, too.
    """
    everything = [each.stored for each in volumes]
    done = [each for each in everything if each.name in proven]
    oldest = max((now - proven[each.name] for each in done), default=0.0)
    out_of_reach = 0 if named is None else named - len(everything)
    return Coverage(
        len(everything) + out_of_reach,
        len(done),
        sum(each.size for each in everything),
        sum(each.size for each in done),
        max(oldest, 0.0),
        out_of_reach,
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole if whole else 0} % of their bytes"
