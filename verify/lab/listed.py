"""What a listing says, against what was there; and what `verify` says, against our own comparison."""

from collections.abc import Iterable, Sequence

from verify.checks import Finding
from verify.lab.results import VerifyResult
from verify.trees import Inventory, Limitation, compare, findings_of, printable
from verify.trees.model import SECOND, second_seen


def listing_findings(listed: Sequence[bytes], expected: Inventory, limitations: Iterable[Limitation]) -> list[Finding]:
    """Given the paths of a listing and what was there, return a finding for each path that only one has.

    The listing is made an inventory with the rest as expected, so that limitations count here too.
    """
    there = set(listed)
    shown = Inventory.from_records((record for record in expected.records() if record[0] in there), expected.root)
    missing = findings_of(compare(expected, shown, limitations))
    found = [Finding("listing", each.path, "listed", "not listed", each.hint) for each in missing]
    added = there - set(expected.paths)
    return found + [Finding("listing", printable(path), "not listed", "listed") for path in sorted(added)]


def verify_findings(
    said: VerifyResult, then: Inventory, now: Inventory, limitations: Iterable[Limitation]
) -> list[Finding]:
    """Given what `verify --compare-data` said, and what was and is there, return a finding if they disagree."""
    differing = {each.path for each in compare(_times_as_kept(then), _times_as_kept(now), limitations)}
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
    got = f"{said.differences} by duplicity, exit code {said.exit_code}"
    return [Finding("verify-agrees", path, f"{len(differing)} differing paths", got, said.last_lines)]


def _times_as_kept(inventory: Inventory) -> Inventory:
    """Return an inventory with the times that duplicity can tell apart, for neither side is a restore."""
    seen = (each._replace(mtime_ns=second_seen(each.mtime_ns) * SECOND) for each in inventory)
    return Inventory.from_records(seen, inventory.root)
