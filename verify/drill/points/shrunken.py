"""Whether the newest point and the source hold about as much as before: duplicity says nothing of an empty mount."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.archive.sets import StoredSet
from verify.checks import Finding, Severity
from verify.drill.ledger.ledger import PastDrill
from verify.durations import moment
from verify.plurals import counted

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


@dataclass(frozen=True, slots=True)
class SourceSize:
    """How much of a folder a job would back up: paths below it, bytes in its files, and when that was so."""

    folder: Path
    paths: int
    bytes: int
    seen: float

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {"folder": str(self.folder), "paths": self.paths, "bytes": self.bytes}


def size_before(past: Sequence[PastDrill], folder: Path, newest: float) -> SourceSize | None:
    """Given past drills, the source's folder and the newest point's time, return how much drills saw in it of late.

    That is the most that was seen since the newest point was made, and by the last drill before it: what shrinks is
    told until the next backup, which then is smaller than the point before. None where no drill saw it.
    """
    known = [(each.started, each.figures["source"]) for each in past if each.figures.get("source")]
    known = [(when, seen) for when, seen in known if seen["folder"] == str(folder)]
    late = [*[each for each in known if each[0] < newest][-1:], *[each for each in known if each[0] >= newest]]
    if not late:
        return None
    when, most = max(late, key=lambda each: each[1]["paths"])
    return SourceSize(folder, most["paths"], max(seen["bytes"] for _, seen in late), when)


def emptied_finding(folder: Path, before: SourceSize | None, *, is_there: bool) -> Finding:
    """Given a source in which nothing lies, and what lay there before, return the finding."""
    expected = f"the {counted(before.paths, 'path')} that the drill of {moment(before.seen)} saw" if before else "files"
    got = "an empty folder: tomorrow's backup will be empty" if is_there else "no such folder: tomorrow's backup fails"
    hint = "mount or bring back what belongs there before the job runs next, and do not let older points be pruned"
    return Finding("source-not-shrunken", str(folder), expected, got, hint)


def source_findings(now: SourceSize, before: SourceSize, threshold: float) -> list[Finding]:
    """Given what the source holds and held, return a finding if it has shrunk by a larger share than the threshold."""
    if now.paths >= (1 - threshold) * before.paths and now.bytes >= (1 - threshold) * before.bytes:
        return []
    was = f"{counted(before.paths, 'path')} and {counted(before.bytes, 'byte')}"
    expected = f"about {was}, as the drill of {moment(before.seen)} saw"
    got = f"{counted(now.paths, 'path')} and {counted(now.bytes, 'byte')}: that is all that tomorrow's backup will hold"
    hint = (
        "find out what became of the rest before the job runs next; if that is right, it is not told again after the "
        "next backup (shrink_threshold in the policy says how much is too much)"
    )
    return [Finding("source-not-shrunken", str(now.folder), expected, got, hint)]
