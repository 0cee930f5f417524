"""Backups that break off at one of their uploads, and what running them again makes of it."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from packaging.version import Version

from verify.checks import Finding
from verify.concerns.chain_copies import Copies
from verify.concerns.chain_upkeep import behind_cutter
from verify.concerns.damage import BackupOutcome, BackupVerdict, continued, refused, restored
from verify.faults.objects import Set
from verify.lab.client.results import Result
from verify.lab.lab import Chain, Taking

HOUR = 3600  # seconds from a backup that was killed to its rerun
UPLOADS: dict[Set, int] = {"full": 4, "incremental": 4}  # two volumes, signature, manifest
Moment = Literal["before", "after", "refused"]
MOMENTS: tuple[Moment, ...] = ("before", "after", "refused")
# Up to 3.1.0 some reruns crash, and some restore wrongly, silently; 3.2.0 and 3.2.1 make good all of EVERY but
# what `spoiled` says. Measured embedded.
MADE_GOOD = Version("3.2.0")
# Ways to upload that have code of their own, and since when there are.
WAYS = {"": Version("0"), "--asynchronous-upload": Version("0"), "--concurrency=2": Version("3.0")}


@dataclass(frozen=True)
class Interrupt:
    """A backup that breaks off at its `upload`-th upload.

    It is killed before or after that has reached the store, or the store refuses that and all later ones.
    """

    set: Set
    upload: int
    moment: Moment
    archive_lost: bool = False  # before the rerun
    encrypted: bool = False
    way: str = ""  # an option of the backup

    @property
    def spoiled(self) -> bool:
        """Whether no release so far makes it good: the next run ends with 0, and its point lacks bytes.

        An incremental breaks off at its manifest; with the same archive directory the next run takes it up again,
        does not find the file that its last volume begins within, and puts an empty volume in that one's place.
        """
        return self.set == "incremental" and self.upload == UPLOADS["incremental"] and not self.archive_lost

    @property
    def column(self) -> str:
        """What a table says of where it broke off."""
        return f"{self.moment} upload {self.upload}" if self.moment != "refused" else f"refused from {self.upload}"

    @property
    def row(self) -> str:
        """What a table says of the rest."""
        archive = "archive lost" if self.archive_lost else "archive kept"
        return ", ".join(filter(None, (self.set, archive, "encrypted" if self.encrypted else "plain", self.way)))

    def hint(self, release: Version) -> str:
        """Given a release that does not make it good, return what to know of that."""
        upgrade = f"; duplicity {MADE_GOOD} makes good what {release} does not: upgrade" if release < MADE_GOOD else ""
        return f"{self}{upgrade}"

    def __str__(self) -> str:
        return f"{self.row}, {self.column}".replace(", ", "-").replace(" ", "-")


# Of each profile but the nightly: the first volume, and the signature, around which releases went wrong.
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
    """Given a profile, return what it breaks off: everything by night, else where releases went wrong."""
    return EVERY if profile == "nightly" else EVERYDAY


def recovered(copies: Copies, interrupt: Interrupt) -> BackupVerdict | None:
    """Given where a backup breaks off, run it again; return the first that is not right of what follows.

    That is the rerun itself, a restore of every point on a new machine, and the next incremental.
    None where the backup ends before it breaks off.
    """
    opened = copies.new if interrupt.set == "full" else copies.copy
    with opened(encrypted=interrupt.encrypted) as chain:
        result = broken_off(copies, chain, interrupt)
        if result.timed_out:
            return refused(result)
        if result.ok:
            return None
        if interrupt.archive_lost:
            copies.lab.host.remove(chain.archive)
        return run_again(copies, chain)


def run_again(copies: Copies, chain: Chain) -> BackupVerdict:
    """Given a chain whose next backup broke off, take it again; return the first verdict that is not right."""
    lab = copies.lab
    rerun = lab.try_point(chain, Taking(chain.next_time + HOUR, full=not chain.points))
    if not rerun.result.ok:
        verdict = refused(rerun.result)
        return replace(verdict, shown=f"the rerun: {verdict.shown}")
    chain.points.append(rerun)
    for point in chain.points:
        verdict = restored(lab, point, new_machine=True)
        if verdict.outcome is not BackupOutcome.RIGHT:
            return replace(verdict, shown=f"the restore of {point}: {verdict.shown}")
    verdict = continued(copies, chain)
    return (
        verdict
        if verdict.outcome is BackupOutcome.RIGHT
        else replace(verdict, shown=f"the next backup: {verdict.shown}")
    )


def rerun_findings(check: str, verdict: BackupVerdict, what: str) -> list[Finding]:
    """Given what running a backup again made of it, and what had broken it off, return the findings of a check."""
    if verdict.outcome is BackupOutcome.RIGHT:
        return []
    return [
        Finding(
            check,
            "",
            "a rerun that makes every point restorable",
            str(verdict),
            f"{what}\n{verdict.last_lines}".strip(),
        )
    ]


def known_to_spoil(interrupt: Interrupt, verdict: BackupVerdict) -> bool:
    """Return whether what a rerun made of a backup that broke off is wrong, and known to be."""
    return interrupt.spoiled and verdict.outcome is BackupOutcome.SILENT


def interrupt_findings(interrupt: Interrupt, verdict: BackupVerdict, release: Version) -> list[Finding]:
    """Given where a backup broke off and what its rerun made of it, return a finding if that is wrong and not known."""
    if known_to_spoil(interrupt, verdict):
        return []
    return rerun_findings("rerun-recovers", verdict, interrupt.hint(release))


def spoiled_findings(verdict: BackupVerdict) -> list[Finding]:
    """Given the verdict on `SPOILED`, return a finding if a rerun does not spoil it any more."""
    if known_to_spoil(SPOILED, verdict):
        return []
    expected = "an incremental that broke off at its manifest, and came back cut short after a rerun"
    return [Finding("limitation-holds", "", expected, str(verdict), "say in Interrupt.spoiled up to which release")]


def broken_off(copies: Copies, chain: Chain, interrupt: Interrupt) -> Result:
    """Take a chain's next backup until it breaks off; return how that ended."""
    lab = copies.lab
    copies.fill_for_next(chain)
    behind = behind_cutter(lab, interrupt.upload, interrupt.moment)
    options = tuple(filter(None, [interrupt.way]))
    return lab.backed_up(chain, Taking(chain.next_time, full=not chain.points, options=options, behind=behind))
