"""Which signatures are lost or damaged, and what follows: listings and incrementals are made of them."""

from collections.abc import Iterable, Iterator, Mapping

from verify.archive.chains import Chains
from verify.archive.object_names import signatures_name
from verify.archive.sets import Stored, StoredSet
from verify.archive.stakes import FULL_NOW, remove_before
from verify.checks import Finding, Severity
from verify.durations import moment
from verify.plurals import counted

CHECK = "signatures-complete"
Sizes = Mapping[str, int]  # bytes that objects had when an earlier drill looked, by name


def signature_findings(stored: Stored, chains: Chains, remembered: Sizes) -> list[Finding]:
    """Given what lies there, return a finding for each chain that has lost signatures, and for each damaged file."""
    found: list[Finding] = []
    for sets in _chains(chains):
        lost = [each for each in sets if each.manifest and each.signatures is None]
        found += [_lost(lost, stored, chains)] if lost else []
        found += _damaged(sets, chains, remembered)
    return found


def bad_signatures(sets: Iterable[StoredSet], stored: Stored, remembered: Sizes) -> set[str]:
    """Given sets, return the names of those of their signatures that are lost or damaged."""
    return {
        signatures_name(each, stored)
        for each in sets
        if each.signatures is None or _wrong_size(each, remembered) is not None
    }


def unreadable_signatures(chains: Chains, point: int, name: str, ending: str) -> Finding:
    """Given the chains and a point that is not listed, return the finding of its signatures.

    `name` is the file that duplicity names, empty where it names none; `ending` is how it ended.
    """
    sets = chains.leading_to(point)
    which = "" if name or len(sets) == 1 else f"one of the {len(sets)} files of signatures from {sets[0].span} on: "
    return Finding(
        CHECK,
        name or (signatures_name(sets[0]) if len(sets) == 1 else ""),
        "signatures that duplicity can read",
        f"{which}it is cut short or damaged (list-current-files: {ending})",
        _move_away(point, chains, name),
        severity=_severity(point, chains),
    )


def _chains(chains: Chains) -> Iterator[list[StoredSet]]:
    """Yield the sets of each chain, with the one that duplicity does without."""
    for chain in chains.chains:
        newest = chains.discarded if chain is chains.chains[-1] else None
        yield [*chain.sets, *([newest] if newest else [])]


def _lost(lost: list[StoredSet], stored: Stored, chains: Chains) -> Finding:
    first = lost[0]
    got = f"none, and none of {counted(len(lost) - 1, 'later backup')} of the chain" if lost[1:] else "none"
    name, expected = signatures_name(first, stored), f"the signatures of {first.span}"
    if _is_behind(first.span.end, chains):
        hint = (
            f"its points can be restored and not listed; the newest chain, from {moment(chains.chains[-1].start)}, is "
            f"another one; {remove_before(first.span.end, chains)}"
        )
        return Finding(CHECK, name, expected, got, hint, severity=Severity.AT_RISK)
    if chains.discarded:
        given = moment(chains.chains[-1].sets[-1].span.end)
        hint = (
            f"duplicity passes over the newest backup, and a restore gives the point of {given} with exit code 0: "
            f"take a full backup now, `duplicity full SRC DST`, after which --time {chains.discarded.span.end} gives it"
        )
        return Finding(CHECK, name, expected, got, hint, severity=Severity.LOST)
    hint = f"points can be restored and not listed, and no incremental goes on from them: {FULL_NOW}"
    return Finding(CHECK, name, expected, got, hint, severity=Severity.AT_RISK)


def _damaged(sets: Iterable[StoredSet], chains: Chains, remembered: Sizes) -> Iterator[Finding]:
    for each in sets:
        before = _wrong_size(each, remembered)
        if each.signatures and before is not None:
            expected = f"{before} bytes, as before" if before else "an object with content"
            yield Finding(
                CHECK, each.signatures.name, expected, f"{each.signatures.size} bytes",
                _move_away(each.span.end, chains, each.signatures.name), severity=_severity(each.span.end, chains),
            )  # fmt: skip


def _wrong_size(each: StoredSet, remembered: Sizes) -> int | None:
    """Return how many bytes a set's signatures should have, 0 where it should be some; None where they are right."""
    if each.signatures is None:
        return None
    before = remembered.get(each.signatures.name, each.signatures.size)
    return before if before != each.signatures.size else None if each.signatures.size else 0


def _move_away(point: int, chains: Chains, name: str) -> str:
    head = f"on a new machine no restore of its chain works while it lies there: move {name or 'it'} away"
    if _is_behind(point, chains):
        return f"{head}, after which its points come back; the newest chain is another one"
    return f"{head} and take a full backup, `duplicity full SRC DST`, after which all points come back"


def _is_behind(point: int, chains: Chains) -> bool:
    """Return whether a point is older than the newest chain."""
    return bool(chains.chains) and point < chains.chains[-1].start


def _severity(point: int, chains: Chains) -> Severity:
    return Severity.AT_RISK if _is_behind(point, chains) else Severity.LOST
