"""Whether the newest point holds about as much as the one before: duplicity backs up an empty mount silently."""

from verify.archive.sets import StoredSet
from verify.checks import Finding, Severity
from verify.durations import moment

HINT = "was the source mounted when the job ran? compare with the point before, and do not let it be pruned"


def shrink_findings(newest: int, paths: int, before: tuple[int, int] | None, threshold: float) -> list[Finding]:
    """Given the newest point's time and paths, and those of an earlier one, return a finding if it has shrunk.

    `threshold` is the share that it may have lost. The root counts as a path. A point that holds
    nothing else is always a finding.
    """
    what = f"the point of {moment(newest)}"
    if paths <= 1:
        was = f", after {before[1] - 1:,} in the one of {moment(before[0])}" if before else ""
        return [Finding("not-shrunken", "", f"paths in {what}", f"none at all{was}", HINT, severity=Severity.LOST)]
    if before is None or paths - 1 >= (1 - threshold) * (before[1] - 1):
        return []
    lost = 1 - (paths - 1) / (before[1] - 1)
    expected = f"about as many paths as the {before[1] - 1:,} in the point of {moment(before[0])}"
    return [Finding("not-shrunken", "", expected, f"{paths - 1:,} in {what}: {lost:.0%} fewer", HINT)]


def full_findings(newest: StoredSet, before: StoredSet | None, threshold: float) -> list[Finding]:
    """Given a full backup and the full before it, return a finding if its volumes have shrunk in bytes."""
    if before is None or newest.volume_bytes >= (1 - threshold) * before.volume_bytes:
        return []
    expected = f"about as many bytes as the {before.volume_bytes:,} in {before.span}"
    return [Finding("not-shrunken", "", expected, f"{newest.volume_bytes:,} bytes in {newest.span}", HINT)]
