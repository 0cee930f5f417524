"""Several stores behind one URL: which mirror lacks or has changed what others have, and which stripe lost a file."""

import contextlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from verify.archive.manifests import Manifest, Volume
from verify.archive.sets import Object
from verify.archive.stakes import FULL_NOW
from verify.checks import Finding, Severity
from verify.destinations.multi import MirrorCopy, MultiView
from verify.destinations.view import RefusedError
from verify.drill.destination import RealDestination
from verify.drill.volumes import HashedVolume

HASH = "sha1"  # of files that nothing has a hash of
NAMED = 3  # lost files, in a sentence


@dataclass
class CopiesFound:
    """What was found of mirrors: of files that duplicity reads, of others, and the names of bad copies.

    What it reads spoils restores. The others are as good as no copy, and that is all.
    """

    read: list[Finding] = field(default_factory=list)
    others: list[Finding] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)


def copies_of(there: RealDestination) -> list[MirrorCopy]:
    """Return the copies of all files of points, but those that duplicity reads."""
    view = there.several
    return [copy for one in _files(there) for copy in view.copies(one.name)] if view else []


def hashed_copies(there: RealDestination, volumes: Iterable[HashedVolume]) -> list[HashedVolume]:
    """Given volumes that have a hash, return their copies in other mirrors."""
    view = there.several
    return (
        [replace(each, stored=copy.stored) for each in volumes for copy in view.copies(each.stored.name)]
        if view
        else []
    )


def copies_wanted(there: RealDestination, volumes: Iterable[HashedVolume]) -> int:
    """Given volumes, return how many copies of them there should be besides those that duplicity reads."""
    view = there.several
    if view is None or view.mode != "mirror":
        return 0
    return sum(len(view.places_for(each.stored.name)) - 1 for each in volumes)


def placed(findings: Iterable[Finding], there: RealDestination) -> list[Finding]:
    """Given findings about files, return them with the store where each lies, or lay."""
    view = there.several
    return [_placed(each, there, view) if each.path else each for each in findings] if view else list(findings)


def _placed(found: Finding, there: RealDestination, view: MultiView) -> Finding:
    where = view.place_of(found.path)
    if where:
        said = f"duplicity reads it from {where}"
    elif view.mode == "mirror":
        said = "no mirror has it"
    else:
        stripe = _stripe_of(found.path, there, view)
        said = f"it lay in {stripe}, by the order of the others" if stripe else "which stripe had it cannot be told"
    return replace(found, hint="; ".join(filter(None, (said, found.hint))))


def _stripe_of(name: str, there: RealDestination, view: MultiView) -> str:
    """Return which stripe a lost volume was in: duplicity takes them in turns; empty where others do not agree."""
    lost, stripes = there.names.read(name), view.places_for(name)
    if lost is None or lost.part != "volume":
        return ""
    volumes = next((each.volumes for each in there.stored.sets if each.span == lost.span), {})
    turns = {(stripes.index(view.place_of(each.name)) - number) % len(stripes) for number, each in volumes.items()}
    return stripes[(turns.pop() + lost.number) % len(stripes)] if len(turns) == 1 else ""


def copy_findings(there: RealDestination, named: Collection[str]) -> CopiesFound:
    """Return what mirrors lack, and what differs between them in size; manifests are also compared by their content.

    `named` are the files of which something was found already.
    """
    found, view = CopiesFound(), there.several
    if view is None:
        return found
    files = [one for one in _files(there) if one.name not in named]
    lacking = [one.name for one in files if view.lacking(one.name)]
    if lacking:  # a backup that ends, or retention, may have come between
        with contextlib.suppress(RefusedError):  # it is gone since: what was lacking then stands
            now = {each.name for each in view.objects()}
            lacking = [name for name in lacking if name in now]
    found.others += _lost(lacking, view, len(files))
    volumes = _volumes(there)
    for one in files:
        copies = view.copies(one.name)
        differs = any(copy.stored.size != one.size for copy in copies)
        if differs and not _judge("chain-complete", one.name, volumes.get(one.name), there, found):
            found.read.append(_all_bad(one.name, _sizes(there, view, one.name)))
            found.bad.add(one.name)
    _compare_manifests(there, view, {one.name for one in files} - found.bad, found)
    return found


def damaged_findings(
    findings: Iterable[Finding], volumes: Iterable[HashedVolume], there: RealDestination
) -> tuple[list[Finding], CopiesFound]:
    """Given findings about volumes and copies, return those of volumes of which no copy is good; and the others."""
    view, found, plain = there.several, CopiesFound(), list[Finding]()
    if view is None:
        return list(findings), found
    by_name = {each.stored.name: each.volume for each in volumes}
    names = {copy.stored.name: copy.of for copy in copies_of(there)}
    for each in findings:
        name = names.get(each.path, each.path)
        if name not in found.bad and not _judge("volumes-intact", name, by_name.get(each.path), there, found):
            plain.append(replace(each, path=name))
            found.bad.add(name)
    return plain, found


def _files(there: RealDestination) -> list[Object]:
    return [one for each in there.stored.points for one in each.objects]


def _volumes(there: RealDestination) -> dict[str, Volume]:
    return {
        stored.name: manifest.volumes[number]
        for each in there.stored.points
        if isinstance(manifest := there.manifests[each.span], Manifest)
        for number, stored in each.volumes.items()
        if number in manifest.volumes and manifest.volumes[number].hash
    }


def _lost(lacking: Sequence[str], view: MultiView, number: int) -> list[Finding]:
    by_place: dict[str, list[str]] = defaultdict(list)
    for name in lacking:
        for place in view.lacking(name):
            by_place[place].append(name)
    return [
        Finding(
            "chain-complete", names[0], f"the {number:,} files of the backup in {place}",
            f"{len(names):,} of them missing: {_some(names)}",
            f"copy {'it' if len(names) == 1 else 'them'} to {place} from {view.place_of(names[0])}: duplicity reads "
            "from another mirror what one lacks, and never makes up for it",
            severity=Severity.AT_RISK,
        )
        for place, names in by_place.items()
    ]  # fmt: skip


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _judge(check: str, name: str, volume: Volume | None, there: RealDestination, found: CopiesFound) -> bool:
    """Find out in which mirrors a file is not as it should be, and note the finding; return False where in all."""
    view = there.several
    assert view is not None  # noqa: S101 - only with several stores is it asked
    reads = view.place_of(name)
    names = {reads: name, **{copy.place: copy.stored.name for copy in view.copies(name)}}
    sizes = _sizes(there, view, name)
    said = {place: f"{size:,} bytes" for place, size in sizes.items()}
    if volume and volume.hash:
        algorithm, wanted = volume.hash
        said = {place: _hashed(view, each, algorithm.lower()) for place, each in names.items()}
        bad, expected = [place for place in names if said[place] != wanted], f"{algorithm} {wanted}, as in its manifest"
    else:
        before = there.remembered_sizes
        bad = [place for place, size in sizes.items() if before.get(names[place], size) != size]
        expected = "the same size in each mirror"
    good = [place for place in names if place not in bad]
    if not good:
        return False
    told = ", ".join(f"{said[place]} in {place}" for place in bad or names)
    _note(Finding(check, name, expected, told), reads, bad, good, found)
    found.bad |= {name, *(names[place] for place in bad)}
    return True


def _all_bad(name: str, sizes: Mapping[str, int]) -> Finding:
    got = ", ".join(f"{size:,} bytes in {place}" for place, size in sizes.items())
    return Finding("chain-complete", name, "the same file in each mirror", f"{got}, and none as it should be", FULL_NOW)


def _note(told: Finding, reads: str, bad: Sequence[str], good: Sequence[str], found: CopiesFound) -> None:
    if not bad:
        hint = "one of them is damaged: compare them, and copy the good one over the other"
        found.others.append(replace(told, hint=hint, severity=Severity.AT_RISK))
        return
    hint = f"copy it from {good[0]} over what lies in {' and '.join(bad)}"
    if reads in bad:
        hint += f"; until then restores that need it fail: duplicity reads it from {reads}"
        found.read.append(replace(told, hint=hint))
    else:
        found.others.append(replace(told, hint=hint, severity=Severity.AT_RISK))


def _sizes(there: RealDestination, view: MultiView, name: str) -> dict[str, int]:
    read = next(one for one in _files(there) if one.name == name)
    return {view.place_of(name): read.size, **{copy.place: copy.stored.size for copy in view.copies(name)}}


def _hashed(view: MultiView, name: str, algorithm: str) -> str:
    ((_, hashed),) = view.digests([(name, algorithm)], math.inf)
    if isinstance(hashed, tuple):
        return hashed[0]
    return hashed.got if isinstance(hashed, RefusedError) else "none any more"


def _compare_manifests(there: RealDestination, view: MultiView, names: Collection[str], found: CopiesFound) -> None:
    """Compare manifests' copies with what duplicity reads, unless that was done before."""
    manifests = [(each, each.manifest) for each in there.stored.points if each.manifest and each.manifest.name in names]
    copies = [(each, copy) for each, stored in manifests for copy in view.copies(stored.name)]
    proven = there.proven([copy.stored for _, copy in copies])
    left = [(each, copy) for each, copy in copies if copy.stored.name not in proven]
    wanted = dict.fromkeys(name for _, copy in left for name in (copy.of, copy.stored.name))
    hashed = dict(view.digests([(name, HASH) for name in wanted], math.inf))
    good = []
    for each, copy in left:
        both = hashed[copy.of], hashed[copy.stored.name]
        if not all(isinstance(one, tuple) for one in both):
            continue  # gone since it was listed
        if both[0] == both[1]:
            good.append(copy.stored)
            continue
        is_read = isinstance(there.manifests[each.span], Manifest)
        reads = view.place_of(copy.of)
        bad, well = (copy.place, reads) if is_read else (reads, copy.place)
        told = Finding("chain-complete", copy.of, "the same manifest in each mirror", f"another one in {bad}")
        _note(told, reads, [bad], [well], found)
    there.note_proven(good)
