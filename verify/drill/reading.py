"""What a drill finds by reading every byte: `archive.reader` takes all chains apart, and nothing is restored."""

import contextlib
import functools
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from verify.archive import completeness
from verify.archive.completeness import DAMAGED
from verify.archive.manifests import Manifest
from verify.archive.reader.chain import Access, ChainContents, ReadPoint, read_chain
from verify.archive.reader.damage import Damage
from verify.archive.reader.scratch import Scratch
from verify.archive.sets import Object, StoredSet
from verify.checks import Finding
from verify.drill import copies
from verify.drill.affected import affected
from verify.drill.fetching import Fetching
from verify.drill.host.drill_host import GPG_HOME, environment_of
from verify.drill.listings import Listings
from verify.drill.night import Night
from verify.drill.reach import noted_reach, volumes_of
from verify.drill.reported_once import reported_once
from verify.drill.restore_points import RestorePoints
from verify.durations import moment
from verify.errors import NotProvenError
from verify.lab.client.gpg_decryption import GpgDecryption
from verify.trees import Inventory, printable
from verify.trees.inventory import PATH, PROBLEM

VOLUMES, POINTS, CONTENT = "every-byte", "points-whole", "content-as-source"
READ = "read"  # the figure: the time of the newest point of what was read to the last byte, and when
PART_OF_DISK = 0.9  # of what is free where scratch is, that may be taken
SHOWN = 20  # findings; a thousand broken paths have few causes


@dataclass
class _Read:
    """What was read of all chains. `newest` is the newest point, None where it is none of theirs."""

    good: list[Object] = field(default_factory=list)
    damages: list[tuple[StoredSet, Damage]] = field(default_factory=list)
    points: list[ReadPoint] = field(default_factory=list)
    newest: ReadPoint | None = None
    refused: frozenset[str] = frozenset()
    unhashed: int = 0  # volumes of which the manifest has no hash
    unreached: int = 0  # volumes of points that are in no chain

    def add(self, contents: ChainContents) -> None:
        """Add what was read of a chain."""
        self.good += contents.good
        self.points += contents.points
        self.damages += [(contents.points[each.set_number].set, each) for each in contents.damages]

    def without(self, removed: set[int]) -> None:
        """Given the times of points that were removed while they were read, leave them out."""
        self.points = [each for each in self.points if each.set.span.end not in removed]
        self.damages = [(each, damage) for each, damage in self.damages if each.span.end not in removed]
        if self.newest and self.newest.set.span.end in removed:
            self.newest = None


class Reading:
    """What our own reader makes of a drill's destination. It reads all of it, once, for whoever asks first."""

    def __init__(self, night: Night, listings: Listings, points: RestorePoints) -> None:
        self._night, self._listings, self._points = night, listings, points
        self._kept = contextlib.ExitStack()  # what was read of the newest chain

    def close(self) -> None:
        """Give back what the contents of the newest chain take."""
        self._kept.close()

    @reported_once
    def volume_findings(self) -> list[Finding]:
        """What is wrong with volumes and manifests that no earlier check has told.

        Raise `NotProvenError` unless all was asked for, and read.
        """
        read, night = self._read, self._night
        there = night.destination
        objects = [damage for _, damage in read.damages if damage.path is None]
        told = {each.object_name for each in objects if each.object_name in night.blamed}
        news = [each for each in objects if each.object_name not in told]
        bad = [each for each in news if not each.unread or each.object_name in read.refused]
        found = [
            Finding(VOLUMES, each.object_name, _expected(each, read), each.got, each.hint or DAMAGED) for each in bad
        ]
        night.ledger.note_bad(each.path for each in found)
        raised: list[Finding] = []
        held = functools.partial(affected, night, self._listings, raised)
        found = night.blame([*completeness.with_stakes(copies.placed(found, there), there.lying, held), *raised])
        volumes, hashed = volumes_of(night)
        size = sum(each.size for each in read.good)
        night.say(f"{len(read.good):,} volumes of {size:,} bytes read; {noted_reach(night, volumes, hashed)}")
        if found:
            return found
        there.must_be_seen_whole()
        _must_be_no_gap(
            _told_before(len(told)),
            _unread([each for each in news if each.unread]),
            f"volumes without a hash in their manifest: {read.unhashed:,}" if read.unhashed else "",
            f"volumes not read, of points that duplicity does not reach: {read.unreached:,}" if read.unreached else "",
        )
        night.figures[READ] = [night.newest, night.started]
        return []

    @reported_once
    def point_findings(self) -> list[Finding]:
        """What keeps points from being put together, where each volume by itself is good."""
        read = self._read
        broken = [(each, damage) for each, damage in read.damages if damage.path is not None]
        found = [_broken(each, damage) for each, damage in broken if not damage.unread]
        if found:
            return _some(found)
        whole = sum(each.is_whole for each in read.points)
        self._night.say(f"{whole:,} of {len(read.points):,} points, by their volumes alone")
        if whole < len(read.points):
            raise NotProvenError(
                f"{len(read.points) - whole:,} of {len(read.points):,} points need what is lost, damaged or was not "
                f"read: see {VOLUMES}"
            )
        return []

    @reported_once
    def content_findings(self) -> list[Finding]:
        """What the newest point holds otherwise than the live source that has not changed since, or earlier drills."""
        read, night, yardstick = self._read, self._night, self._points.yardstick
        if read.newest is None:
            raise NotProvenError("the newest point was removed meanwhile, or is in no chain: see duplicity-agrees")
        known = _Known(read.newest)
        if read.newest.is_whole:
            listed = {path for path, _ in self._listings.newest}
        else:
            listed = {record[PATH] for record in known.records()}
        expected = yardstick.expectation(b"", night.newest, listed)
        comparison = yardstick.compare(CONTENT, known, expected, b"", night.newest, restored=False)
        night.say(f"of {moment(night.newest)} {comparison}")
        night.differing = frozenset(comparison.bad)
        if comparison.findings:
            return [_as_stored(each, night.newest) for each in comparison.findings]
        if not read.newest.is_whole:
            raise NotProvenError(f"not all of the newest point could be read: see {VOLUMES} and {POINTS}")
        if comparison.files and not comparison.with_source + comparison.with_memory:
            raise NotProvenError(
                "there is nothing to compare it with: no file that has not changed in the source since"
            )
        return []

    @reported_once
    def _read(self) -> _Read:
        """What was read of all chains, the newest first; those of the newest point stay open."""
        night = self._night
        if not night.settings.full:
            raise NotProvenError(f"ask for --full, which reads every byte; {self._last()}")
        there, newest, read = night.destination, night.destination.newest, _Read()
        manifests, lying = there.manifests, there.lying
        volumes = sum(len(each.volumes) for each in there.stored.points)
        fetching, before = Fetching(there.view, night.deadline, volumes), there.downloaded
        place = night.here.scratch
        scratch = Scratch(folder=Path(place), disk=int(night.here.free_space(place) * PART_OF_DISK))
        access = Access(fetching, _decryption(night), scratch=scratch)
        for chain in reversed(there.chains.chains):
            sets = [each for each in chain.sets if not lying.is_unfinished(each)]
            with contextlib.ExitStack() as stack:
                if not sets:
                    continue
                contents = stack.enter_context(read_chain(sets, manifests, access))
                night.ledger.note_proven(contents.good, night.started)
                read.add(contents)
                if own := [each for each in contents.points if each.set.span == newest.span]:
                    read.newest = own[0]
                    self._kept.push(stack.pop_all())
        night.unbounded += there.downloaded - before
        if fetching.failure:
            raise fetching.failure
        if fetching.gone:
            ends = {each.set.span.end for each in read.points}
            read.without(ends - set(there.still_there(ends)))
        if not read.points:
            raise NotProvenError("all that was to be read was removed meanwhile: run again")
        read.refused = frozenset(fetching.refused)
        chained = [each for chain in there.chains.chains for each in chain.sets]
        unreached = [each for each in there.stored.points if not any(each is one for one in chained)]
        read.unreached = sum(len(each.volumes) for each in unreached)
        read.unhashed = _unhashed([each.set for each in read.points], manifests)
        return read

    def _last(self) -> str:
        last = self._night.ledger.last(READ)
        if not last:
            return "no drill has read every byte yet"
        point, when = map(moment, last)
        return f"all up to the point of {point} was read on {when}"


class _Known(Inventory):
    """The paths of a point that could be read."""

    def __init__(self, point: ReadPoint) -> None:
        super().__init__(point.root, ())
        self._point = point

    def records(self) -> Iterator[tuple[Any, ...]]:
        return (record for record in self._point.records() if not record[PROBLEM])


def _decryption(night: Night) -> GpgDecryption:
    """Return what decrypts on this machine: where duplicity runs here, as that does; else by the user's own keys."""
    environment = night.host.environment
    if night.host.fetched_to is not None:
        scratch = f"{night.here.scratch}/reader"
        environment = environment_of(night.job, scratch, os.environ.get("HOME"))
        for folder in ("tmp", GPG_HOME):
            night.here.mkdir(f"{scratch}/{folder}", 0o700)
    return GpgDecryption({"PATH": os.environ.get("PATH", os.defpath), **environment})


def _expected(damage: Damage, read: _Read) -> str:
    if damage.object_name in read.refused:
        return "an object that can be read"
    return "a volume that can be opened, and holds what its manifest says"


def _broken(each: StoredSet, damage: Damage) -> Finding:
    hint = (
        "each volume hashes to what its manifest says, so that it was written like this: from that point on restores "
        "of the path fail or give something else; take a full backup now"
    )
    expected = f"what the point of {moment(each.span.end)} holds"
    return Finding(POINTS, printable(damage.path or b""), expected, f"{damage.got} ({damage.object_name})", hint)


def _as_stored(found: Finding, point: int) -> Finding:
    where = f"in the point of {moment(point)}, by its volumes: take a full backup, and look at what this one gives"
    return replace(found, hint="; ".join(filter(None, (found.hint, where))))


def _some(found: Sequence[Finding]) -> list[Finding]:
    if len(found) <= SHOWN:
        return list(found)
    more = f"{len(found) - SHOWN:,} more that are not listed"
    return [*found[:SHOWN], Finding(found[0].check, "", "no broken path", more)]


def _told_before(objects: int) -> str:
    return f"objects that are lost or damaged, as told above: {objects:,}" if objects else ""


def _unread(damages: Sequence[Damage]) -> str:
    """Return which objects could not be read, and why, by the reason that most have."""
    if not damages:
        return ""
    ((why, count),) = Counter((each.got, each.hint) for each in damages).most_common(1)
    first = next(each for each in damages if (each.got, each.hint) == why)
    more = f" and {count - 1:,} more" if count > 1 else ""
    others = f"; {len(damages) - count:,} for other reasons" if len(damages) > count else ""
    return f"not read: {first.object_name}{more} ({': '.join(filter(None, why))}){others}"


def _unhashed(sets: Sequence[StoredSet], manifests: completeness.Manifests) -> int:
    read = (manifests.get(each.span) for each in sets)
    return sum(not each.hash for one in read if isinstance(one, Manifest) for each in one.volumes.values())


def _must_be_no_gap(*reasons: str) -> None:
    if gaps := [each for each in reasons if each]:
        raise NotProvenError("; ".join(gaps))
