"""Damages a backup at a destination of the lab, and looks at what duplicity does about it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from packaging.version import Version

from verify.checks import Finding
from verify.concerns.chain_copies import BEFORE, Copies
from verify.faults import Cell, KnownSilent, damaged, kind_of, known_silent
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Lab, Point

KNOWN_TO_HANG_AFTER = 10.0  # seconds


class BackupOutcome(StrEnum):
    """What became of a backup that was damaged or interrupted."""

    RIGHT = "restored right"
    REFUSED = "refused with an error"
    SILENT = "data lost without an error"
    HUNG = "never ended"  # counts as unnoticed: nothing says that anything is wrong


UNNOTICED = frozenset({BackupOutcome.SILENT, BackupOutcome.HUNG})


@dataclass(frozen=True)
class BackupVerdict:
    """What became of a backup, how that showed in a few words, and the last lines of a command that failed."""

    outcome: BackupOutcome
    shown: str = ""
    last_lines: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} ({self.shown})" if self.shown else str(self.outcome)


def verdict_on_damage(copies: Copies, cell: Cell) -> BackupVerdict | None:
    """Given a cell of the fault matrix, damage a copy of the chain and use it; return the verdict.

    None if the job's options leave no such object to damage.
    """
    with copies.copy(encrypted=cell.encrypted, archive_lost=cell.archive == "lost") as copy:
        if not _damage(copies, copy, cell):
            return None
        known = known_silent(cell, copies.lab.release)
        if known and known.never_ends:  # it is expected, so it need not be waited for as long
            copy.duplicity = replace(copy.duplicity, timeout=KNOWN_TO_HANG_AFTER)
        return (
            verdict_on_restore(copies.lab, copy.points[-1])
            if cell.use == "restore"
            else verdict_on_next_backup(copies, copy)
        )


def verdict_on_restore(lab: Lab, point: Point, *, new_machine: bool = False) -> BackupVerdict:
    """Given a point, restore it; return what became of it."""
    restore = lab.restore(point, new_machine=new_machine)
    if not restore.result.ok:
        return verdict_on_failure(restore.result)
    found = restore.differing_from(point.inventory)
    if not found:
        return BackupVerdict(BackupOutcome.RIGHT)
    return BackupVerdict(
        BackupOutcome.SILENT, " ".join(filter(None, (f"{found[0].check}:", found[0].path, found[0].got)))
    )


def verdict_on_failure(result: Result) -> BackupVerdict:
    """Given a command that did not end with exit code 0, return the verdict: refused, or hung."""
    return BackupVerdict(
        BackupOutcome.HUNG if result.timed_out else BackupOutcome.REFUSED, result.ending, result.last_lines
    )


def verdict_on_next_backup(copies: Copies, chain: Chain) -> BackupVerdict:
    """Take a chain's next incremental; return what a restore of it on a new machine gives.

    If the incremental ended with exit code 0 and does not come back, that is data lost without an error, even
    if the restore is refused: the refusal comes too late.
    """
    lab = copies.lab
    copies.fill_for_next(chain)
    point = lab.try_point(chain)
    if not point.result.ok:
        return verdict_on_failure(point.result)
    verdict = verdict_on_restore(lab, point, new_machine=True)
    if verdict.outcome is BackupOutcome.RIGHT:
        return verdict
    return BackupVerdict(BackupOutcome.SILENT, f"backed up with exit code 0, restored with {verdict.shown}")


def damage_findings(cell: Cell, verdict: BackupVerdict, release: Version) -> list[Finding]:
    """Return a finding if the damage of a cell went unnoticed, and that is not known."""
    if verdict.outcome not in UNNOTICED or known_silent(cell, release):
        return []
    return [Finding("damage-noticed", "", "the files as they were, or an error", str(verdict), cell.sentence)]


def table_text(verdict: BackupVerdict, cell: Cell, release: Version) -> str:
    """Given a verdict on a cell, return the text for the table."""
    known = known_silent(cell, release)
    return f"{verdict}, known as {known.id}" if known and verdict.outcome in UNNOTICED else str(verdict)


def known_silent_findings(known: KnownSilent, verdict: BackupVerdict) -> list[Finding]:
    """Given damage that is known to go unnoticed, return a finding if the verdict says that it is noticed now."""
    if verdict.outcome in UNNOTICED:
        return []
    return [Finding("limitation-holds", "", known.summary, str(verdict), f"remove {known.id} from KNOWN_SILENT")]


def _damage(copies: Copies, copy: Chain, cell: Cell) -> bool:
    """Damage a copy's destination as a cell says; return whether there is such an object."""
    place = copy.destination
    kinds = {stored.name: kind_of(stored.name) for stored in place.objects()}
    victim = next((name for name, kind in kinds.items() if kind == cell.kind), None)
    if victim is None:
        return False
    data = place.read(victim)
    if cell.damage == "swapped":
        alike = [name for name, kind in kinds.items() if kind and kind.part == cell.kind.part]
        other = alike[(alike.index(victim) + 1) % len(alike)]
        others_data = place.read(other)
        place.put(other, data)
    elif cell.damage == "stale":
        older = copies.original(BEFORE, encrypted=cell.encrypted)
        others_data = older.destination.read(victim)
    else:
        others_data = b""
    after = damaged(cell.damage, data, others_data)
    if after is None:
        place.remove(victim)
    else:
        place.put(victim, after)
    return True
