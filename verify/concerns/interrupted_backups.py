"""Backups that are stopped at one of their uploads, and what running them again gives."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from packaging.version import Version

from verify.checks import Finding
from verify.concerns.chain_copies import Copies
from verify.concerns.chain_upkeep import RERUN_AFTER, behind_cutter
from verify.concerns.damage import (
    BackupOutcome,
    BackupVerdict,
    verdict_on_failure,
    verdict_on_next_backup,
    verdict_on_restore,
)
from verify.faults.objects import Set
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Taking

UPLOADS: dict[Set, int] = {"full": 4, "incremental": 4}  # two volumes, signature, manifest
Moment = Literal["before", "after", "refused"]
MOMENTS: tuple[Moment, ...] = ("before", "after", "refused")
# Up to 3.1.0 some reruns crash, and some give wrong points without an error; 3.2.0 and 3.2.1 repair all of EVERY
# except `spoiled`. Measured embedded.
MADE_GOOD = Version("3.2.0")
# Options with an upload code of their own, and the release that introduced them.
WAYS = {"": Version("0"), "--asynchronous-upload": Version("0"), "--concurrency=2": Version("3.0")}


@dataclass(frozen=True)
class Interrupt:
    """A backup that is stopped at its `upload`-th upload.

    It is killed before or after that upload reached the store, or the store refuses this upload and all later ones.
    """

    set: Set
    upload: int
    moment: Moment
    archive_lost: bool = False  # before the rerun
    encrypted: bool = False
    way: str = ""  # an option of the backup

    @property
    def spoiled(self) -> bool:
        """Whether no release so far repairs it: the next run ends with exit code 0, and its point lacks bytes.

        An incremental is stopped at its manifest. With the same archive directory the next run resumes it, does not
        find the file that the last volume begins within, and replaces that volume by an empty one.
        """
        return self.set == "incremental" and self.upload == UPLOADS["incremental"] and not self.archive_lost

    @property
    def column(self) -> str:
        """The table's column: where it was stopped."""
        return f"{self.moment} upload {self.upload}" if self.moment != "refused" else f"refused from {self.upload}"

    @property
    def row(self) -> str:
        """The table's row: everything else."""
        archive = "archive lost" if self.archive_lost else "archive kept"
        return ", ".join(filter(None, (self.set, archive, "encrypted" if self.encrypted else "plain", self.way)))

    def hint(self, release: Version) -> str:
        """Return a hint for a release that does not repair it."""
        upgrade = f"; duplicity {MADE_GOOD} makes good what {release} does not: upgrade" if release < MADE_GOOD else ""
        return f"{self}{upgrade}"

    def __str__(self) -> str:
        return f"{self.row}, {self.column}".replace(", ", "-").replace(" ", "-")


# For all profiles but nightly: the first volume and the signature, where releases went wrong.
EVERYDAY = (
    Interrupt("full", 1, "after"),
    Interrupt("full", 3, "after"),
    Interrupt("incremental", 2, "refused"),
    Interrupt("incremental", 3, "after"),
)
EVERY = tuple(
    Interrupt(which, upload, moment, lost, encrypted, way)
    for way, encrypted, lost, which in product(WAYS, (False, True), (False, True), UPLOADS)
    for upload in range(1, UPLOADS[which] + 1)
    for moment in MOMENTS
    if not way or (moment == "refused" and not encrypted and not lost)
)


SPOILED = Interrupt("incremental", UPLOADS["incremental"], "before")


def interrupts(profile: str) -> tuple[Interrupt, ...]:
    """Return the interrupts of a profile: all by night, otherwise those where releases went wrong."""
    return EVERY if profile == "nightly" else EVERYDAY


def verdict_on_interrupt(copies: Copies, interrupt: Interrupt) -> BackupVerdict | None:
    """Stop a backup and run it again; return the first verdict that is not right, of what follows.

    That is the rerun itself, a restore of every point on a new machine, and the next incremental.
    None if the backup ends before it is stopped.
    """
    opened = copies.new if interrupt.set == "full" else copies.copy
    with opened(encrypted=interrupt.encrypted) as chain:
        result = stopped_backup(copies, chain, interrupt)
        if result.timed_out:
            return verdict_on_failure(result)
        if result.ok:
            return None
        if interrupt.archive_lost:
            copies.lab.host.remove(chain.archive)
        return verdict_on_rerun(copies, chain)


def verdict_on_rerun(copies: Copies, chain: Chain) -> BackupVerdict:
    """Given a chain whose next backup was stopped, run that again; return the first verdict that is not right."""
    lab = copies.lab
    rerun = lab.try_point(chain, Taking(chain.next_time + RERUN_AFTER, full=not chain.points))
    if not rerun.result.ok:
        verdict = verdict_on_failure(rerun.result)
        return replace(verdict, shown=f"the rerun: {verdict.shown}")
    chain.points.append(rerun)
    for point in chain.points:
        verdict = verdict_on_restore(lab, point, new_machine=True)
        if verdict.outcome is not BackupOutcome.RIGHT:
            return replace(verdict, shown=f"the restore of {point}: {verdict.shown}")
    verdict = verdict_on_next_backup(copies, chain)
    return (
        verdict
        if verdict.outcome is BackupOutcome.RIGHT
        else replace(verdict, shown=f"the next backup: {verdict.shown}")
    )


def rerun_findings(check: str, verdict: BackupVerdict, what: str) -> list[Finding]:
    """Given the verdict on a rerun, and what had stopped the backup, return the findings of a check."""
    if verdict.outcome is BackupOutcome.RIGHT:
        return []
    return [
        Finding(
            check,
            "",
            "every point can be restored after the next run",
            str(verdict),
            f"{what}\n{verdict.last_lines}".strip(),
        )
    ]


def known_to_spoil(interrupt: Interrupt, verdict: BackupVerdict) -> bool:
    """Return whether a rerun gave a wrong point, and is known to."""
    return interrupt.spoiled and verdict.outcome is BackupOutcome.SILENT


def interrupt_findings(interrupt: Interrupt, verdict: BackupVerdict, release: Version) -> list[Finding]:
    """Given an interrupt and the verdict on its rerun, return a finding if that is wrong and not known."""
    if known_to_spoil(interrupt, verdict):
        return []
    return rerun_findings("rerun-recovers", verdict, interrupt.hint(release))


def spoiled_findings(verdict: BackupVerdict) -> list[Finding]:
    """Given the verdict on `SPOILED`, return a finding if its rerun is right by now."""
    if known_to_spoil(SPOILED, verdict):
        return []
    expected = "an incremental that was stopped at its manifest, and restores wrongly after a rerun"
    return [Finding("limitation-holds", "", expected, str(verdict), "say in Interrupt.spoiled up to which release")]


def stopped_backup(copies: Copies, chain: Chain, interrupt: Interrupt) -> Result:
    """Take a chain's next backup until it is stopped; return how that ended."""
    lab = copies.lab
    copies.fill_for_next(chain)
    behind = behind_cutter(lab, interrupt.upload, interrupt.moment)
    options = tuple(filter(None, [interrupt.way]))
    return lab.backed_up(chain, Taking(chain.next_time, full=not chain.points, options=options, behind=behind))
