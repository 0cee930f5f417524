"""Whether all that a restore needs lies at the destination: by the manifests, and by what earlier drills saw."""

import re
from collections.abc import Iterable, Iterator, Mapping

from verify.archive.manifests import Manifest, Unread
from verify.archive.names import Span
from verify.archive.sets import Object, Stored, StoredSet, without_base
from verify.checks import Finding, Severity

Manifests = Mapping[Span, Manifest | Unread]

LOST = "restore from before it, and take a full backup now: what is lost does not come back by itself"
DAMAGED = "take a full backup now, and find out what changed it: duplicity never writes an object twice"


def chain_findings(stored: Stored, manifests: Manifests, remembered: Mapping[str, int]) -> list[Finding]:
    """Given what lies there and what its manifests say, return a finding for each way in which a chain is broken.

    `remembered` are sizes in bytes that objects had when an earlier drill looked.
    """
    found = [*_broken_chains(stored), *_lost_manifests(stored, remembered)]
    for each in stored.points:
        found += _of_set(each, manifests[each.span])
    return [*found, *_of_sizes(stored.objects, remembered)]


def signature_findings(points: Iterable[StoredSet]) -> list[Finding]:
    """Given points, return a finding for each that has no signatures."""
    hint = "duplicity skips points without signatures, and what builds on them: take a full backup now"
    return [
        Finding("signatures-complete", signatures_name(each), f"the signatures of {each.span}", "none", hint)
        for each in points
        if each.signatures is None
    ]


def unfinished(stored: Stored) -> list[str]:
    """Given what lies there, return a note for each set that a backup has begun and not finished."""
    return [
        f"{each.span} has no manifest: it is running, or was interrupted ({len(each.volumes)} volumes)"
        for each in stored.sets
        if _is_unfinished(each)
    ]


def _is_unfinished(each: StoredSet) -> bool:
    # duplicity uploads signatures after the last volume, and the manifest after them.
    return each.manifest is None and each.signatures is None


def _broken_chains(stored: Stored) -> Iterator[Finding]:
    for each in without_base(stored):
        got = f"nothing that ends at its start: {each.span} cannot be restored"
        yield Finding("chain-complete", _manifest_name(each), "the set that it builds on", got, LOST)


def _lost_manifests(stored: Stored, remembered: Mapping[str, int]) -> Iterator[Finding]:
    built_on = {each.span.start for each in stored.sets}
    for each in stored.sets:
        lost = each.manifest is None and (each.signatures is not None or each.span.end in built_on)
        if lost or (each.manifest is None and any(_is_of(name, each) for name in remembered if ".manifest" in name)):
            yield Finding("chain-complete", _manifest_name(each), f"the manifest of {each.span}", "none", LOST)


def _is_of(name: str, each: StoredSet) -> bool:
    return any(name.partition(".manifest")[0] == other.name.partition(".vol")[0] for other in each.volumes.values())


def _of_set(each: StoredSet, manifest: Manifest | Unread) -> Iterator[Finding]:
    if isinstance(manifest, Unread):
        yield Finding("chain-complete", _manifest_name(each), "a manifest that can be read", manifest.why, LOST)
        return
    for number in sorted(manifest.volumes.keys() - each.volumes.keys()):
        what = f"volume {number} of {len(manifest.volumes)} of {each.span}"
        yield Finding("chain-complete", volume_name(each, number), what, "none", LOST)
    for stored in each.objects:
        if stored.is_cold:
            got = f"storage class {stored.storage_class}"
            hint = "keep the chain that a restore needs in a class that can be read at once"
            yield Finding(
                "chain-complete",
                stored.name,
                "an object that can be read at once",
                got,
                hint,
                severity=Severity.AT_RISK,
            )


def _of_sizes(objects: Iterable[Object], remembered: Mapping[str, int]) -> Iterator[Finding]:
    for each in objects:
        before = remembered.get(each.name, each.size)
        if before != each.size:
            yield Finding("chain-complete", each.name, f"{before} bytes, as before", f"{each.size} bytes", DAMAGED)
        elif not each.size:
            yield Finding("chain-complete", each.name, "an object with content", "0 bytes", DAMAGED)


def volume_name(each: StoredSet, number: int) -> str:
    """Given a set and a number, return what its volume of that number is called, or would be."""
    there = each.volumes.get(number)
    return there.name if there else _beside(each, f"vol{number}.difftar")


def signatures_name(each: StoredSet) -> str:
    """Given a set, return what its signatures are called, or would be."""
    name = _beside(each, "sigtar")
    return name.replace("duplicity-inc.", "duplicity-new-signatures.").replace(
        "duplicity-full.", "duplicity-full-signatures."
    )


def _manifest_name(each: StoredSet) -> str:
    return _beside(each, "manifest")


def _beside(each: StoredSet, tail: str) -> str:
    """Return what an object of a set would be called, by the name of one that is there."""
    known = next(iter(each.objects)).name
    head, end = re.split(r"(?<=Z)\.(?:vol\d+\.difftar|manifest|sigtar)", known, maxsplit=1)
    return f"{head.replace('new-signatures', 'inc').replace('full-signatures', 'full')}.{tail}{end}"
