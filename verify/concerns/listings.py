"""Compares what duplicity reports (a listing, `verify`, statistics) with what was there, and our own comparison."""

from collections.abc import Iterable, Mapping, Sequence

from verify.checks import Finding
from verify.lab.client.results import BackupResult, VerifyResult
from verify.trees import Inventory, Limitation, compare, findings_of, printable
from verify.trees.inventory import PATH
from verify.trees.model import SECOND, second_seen


def listing_findings(
    listed: Sequence[bytes], expected: Inventory, limitations: Iterable[Limitation], *, check: str = "listing"
) -> list[Finding]:
    """Given the paths of a listing and what was there, return a finding for each path that only one of them has.

    The listing is made into an inventory, so that limitations apply here too.
    """
    there = set(listed)
    shown = Inventory.from_records((record for record in expected.records() if record[PATH] in there), expected.root)
    missing = findings_of(compare(expected, shown, limitations))
    found = [Finding(check, each.path, "listed", "not listed", each.hint) for each in missing]
    added = there - set(expected.paths)
    return found + [Finding(check, printable(path), "not listed", "listed") for path in sorted(added)]


def verify_findings(
    said: VerifyResult, then: Inventory, now: Inventory, limitations: Iterable[Limitation]
) -> list[Finding]:
    """Given the result of `verify --compare-data`, and the tree then and now, return a finding if they disagree."""
    differing = {each.path for each in compare(_as_told_apart(then), _as_told_apart(now), limitations)}
    if said.exit_code not in (0, 1):
        return [
            Finding(
                "command-succeeds",
                "",
                "verify ends with exit code 0 or 1",
                f"exit code {said.exit_code}",
                said.last_lines,
            )
        ]
    if bool(said.differences) == bool(differing) == bool(said.exit_code):
        return []
    path = printable(min(differing)) if differing else ""
    got = f"{said.differences} that duplicity verify finds, exit code {said.exit_code}"
    return [
        Finding(
            "verify-agrees",
            path,
            f"{len(differing)} differing paths, as our own comparison finds",
            got,
            said.last_lines,
        )
    ]


def statistics_findings(
    said: BackupResult, before: Inventory | None, now: Inventory, limitations: Iterable[Limitation]
) -> list[Finding]:
    """Given a backup's result, and the tree before (None for a full) and now, return a finding for each wrong count."""
    counted = said.statistics
    return [
        Finding(
            "statistics-true",
            "",
            f"{name} {wanted} in what the backup prints",
            f"{counted[name]:.0f}" if name in counted else "no such line",
        )
        for name, wanted in _expected_statistics(counted, before, now, limitations).items()
        if counted.get(name) != wanted
    ]


def _expected_statistics(
    counted: Mapping[str, float], before: Inventory | None, now: Inventory, limitations: Iterable[Limitation]
) -> Mapping[str, float]:
    """Return the expected statistics by duplicity's names. A path that changes its kind is not counted as deleted."""
    now = _as_told_apart(now)
    expected: dict[str, float] = {"SourceFiles": len(now), "Errors": sum(bool(seen.problem) for seen in now)}
    if before is None:
        contents = sum(seen.size for seen in now if seen.kind == "file")
        return {**expected, "NewFiles": len(now), "DeltaEntries": len(now), "RawDeltaSize": contents}
    differences = list(compare(_as_told_apart(before), now, limitations))
    differing = {each.path for each in differences}
    deleted = {each.path for each in differences if each.aspect == "missing"}
    changed = len(differing) - len(deleted) - counted.get("NewFiles", 0)
    return {**expected, "DeltaEntries": len(differing), "DeletedFiles": len(deleted), "ChangedFiles": changed}


def _as_told_apart(inventory: Inventory) -> Inventory:
    """Return an inventory as duplicity compares it: with whole seconds, and without what no backup keeps.

    That is sockets, xattrs, and hard links.
    """
    kept = (each for each in inventory if each.kind != "socket")
    seen = (each._replace(mtime_ns=second_seen(each.mtime_ns) * SECOND, xattrs=(), inode=None) for each in kept)
    return Inventory.from_records(seen, inventory.root)
