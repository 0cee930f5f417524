"""Damage at a destination of the lab's own, and what duplicity makes of it."""

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
    """What became of a damaged backup."""

    RIGHT = "restored right"
    REFUSED = "refused loudly"
    SILENT = "silently wrong"
    HUNG = "never ended"  # not silent only for who waits for it


UNNOTICED = frozenset({BackupOutcome.SILENT, BackupOutcome.HUNG})


@dataclass(frozen=True)
class BackupVerdict:
    """What became of a backup, a few words on how that showed, and the last lines of what refused it."""

    outcome: BackupOutcome
    shown: str = ""
    last_lines: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} ({self.shown})" if self.shown else str(self.outcome)


def decide(copies: Copies, cell: Cell) -> BackupVerdict | None:
    """Given a cell of the fault matrix, damage a copy of the chain and use it; return the verdict.

    None where the job's options leave no such object to damage.
    """
    with copies.copy(encrypted=cell.encrypted, archive_lost=cell.archive == "lost") as copy:
        if not _damage(copies, copy, cell):
            return None
        known = known_silent(cell, copies.lab.release)
        if known and known.never_ends:  # which need not be waited for as long as for what is not expected
            copy.duplicity = replace(copy.duplicity, timeout=KNOWN_TO_HANG_AFTER)
        return restored(copies.lab, copy.points[-1]) if cell.use == "restore" else continued(copies, copy)


def restored(lab: Lab, point: Point, *, new_machine: bool = False) -> BackupVerdict:
    """Given a point, restore it; return what became of it."""
    restore = lab.restore(point, new_machine=new_machine)
    if not restore.result.ok:
        return refused(restore.result)
    found = restore.differing_from(point.inventory)
    if not found:
        return BackupVerdict(BackupOutcome.RIGHT)
    return BackupVerdict(
        BackupOutcome.SILENT, " ".join(filter(None, (f"{found[0].check}:", found[0].path, found[0].got)))
    )


def refused(result: Result) -> BackupVerdict:
    """Given a command that did not end with exit code 0, return what that means."""
    return BackupVerdict(
        BackupOutcome.HUNG if result.timed_out else BackupOutcome.REFUSED, result.ending, result.last_lines
    )


def continued(copies: Copies, chain: Chain) -> BackupVerdict:
    """Given a chain, take its next incremental; return what becomes of that on a new machine.

    What an incremental says is stored, and does not come back, is silently wrong also where the
    restore is refused: that comes too late.
    """
    lab = copies.lab
    copies.fill_for_next(chain)
    point = lab.try_point(chain)
    if not point.result.ok:
        return refused(point.result)
    verdict = restored(lab, point, new_machine=True)
    if verdict.outcome is BackupOutcome.RIGHT:
        return verdict
    return BackupVerdict(BackupOutcome.SILENT, f"backed up with exit code 0, restored with {verdict.shown}")


def damage_findings(cell: Cell, verdict: BackupVerdict, release: Version) -> list[Finding]:
    """Given a cell and its verdict, return a finding if it went wrong silently and is not known to."""
    if verdict.outcome not in UNNOTICED or known_silent(cell, release):
        return []
    return [Finding("damage-noticed", "", "a right restore, or a refusal", str(verdict), cell.sentence)]


def told(verdict: BackupVerdict, cell: Cell, release: Version) -> str:
    """Given a verdict on a cell, return what a table says of it."""
    known = known_silent(cell, release)
    return f"{verdict}, known as {known.id}" if known and verdict.outcome in UNNOTICED else str(verdict)


def known_silent_findings(known: KnownSilent, verdict: BackupVerdict) -> list[Finding]:
    """Given what is known to go unnoticed and the verdict on its example, return a finding if it is noticed by now."""
    if verdict.outcome in UNNOTICED:
        return []
    return [Finding("limitation-holds", "", known.summary, str(verdict), f"remove {known.id} from KNOWN_SILENT")]


def _damage(copies: Copies, copy: Chain, cell: Cell) -> bool:
    """Do to a copy's destination what a cell says; return whether there is such an object."""
    store, place = copies.lab.store, copy.destination
    kinds = {stored.name: kind_of(stored.name) for stored in store.objects(place)}
    victim = next((name for name, kind in kinds.items() if kind == cell.kind), None)
    if victim is None:
        return False
    data = store.read(place, victim)
    if cell.damage == "swapped":
        alike = [name for name, kind in kinds.items() if kind and kind.part == cell.kind.part]
        other = alike[(alike.index(victim) + 1) % len(alike)]
        others_data = store.read(place, other)
        store.put(place, other, data)
    elif cell.damage == "stale":
        older = copies.original(BEFORE, encrypted=cell.encrypted)
        others_data = store.read(older.destination, victim)
    else:
        others_data = b""
    after = damaged(cell.damage, data, others_data)
    if after is None:
        store.remove(place, victim)
    else:
        store.put(place, victim, after)
    return True
