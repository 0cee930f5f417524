"""Backups that are killed at one of their uploads, and what running them again makes of it."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import product
from typing import Literal

from verify.checks import Finding
from verify.faults.objects import Set
from verify.lab.copies import Copies, Copy
from verify.lab.faults import Outcome, Verdict, continued, refused, restored
from verify.lab.lab import Chain, Point

HOUR = 3600  # seconds from a backup that was killed to its rerun
UPLOADS: dict[Set, int] = {"full": 4, "incremental": 4}  # two volumes, signature, manifest
Moment = Literal["before", "after"]
MOMENTS: tuple[Moment, ...] = ("before", "after")


@dataclass(frozen=True)
class Interrupt:
    """A backup that is killed at its `upload`-th upload, before or after that has reached the store."""

    set: Set
    upload: int
    moment: Moment
    archive_lost: bool = False  # between the kill and the rerun
    encrypted: bool = False

    @property
    def column(self) -> str:
        """What a table says of where it was killed."""
        return f"{self.moment} upload {self.upload}"

    @property
    def row(self) -> str:
        """What a table says of the rest."""
        archive = "archive lost" if self.archive_lost else "archive kept"
        return ", ".join((self.set, archive, "encrypted" if self.encrypted else "plain"))

    def __str__(self) -> str:
        return f"{self.row}, {self.column}".replace(", ", "-").replace(" ", "-")


# Of each profile but the nightly: the first volume, and the signature, around which releases went wrong.
EVERYDAY = (
    Interrupt("full", 1, "after"),
    Interrupt("full", 3, "after"),
    Interrupt("incremental", 2, "before"),
    Interrupt("incremental", 3, "after"),
)
EVERY = tuple(
    Interrupt(which, upload, moment, lost, encrypted)
    for encrypted, lost, which in product((False, True), (False, True), UPLOADS)
    for upload in range(1, UPLOADS[which] + 1)
    for moment in MOMENTS
)


def interrupts(profile: str) -> tuple[Interrupt, ...]:
    """Given a profile, return what it interrupts: everything by night, else where releases went wrong."""
    return EVERY if profile == "nightly" else EVERYDAY


def recovered(copies: Copies, interrupt: Interrupt) -> Verdict | None:
    """Given where a backup is killed, run it again; return the first that is not right of what follows.

    That is the rerun itself, a restore of every point on a new machine, and the next incremental.
    None where the backup makes fewer uploads.
    """
    with _interrupted(copies, interrupt) as chain:
        if chain is None:
            return None
        if interrupt.archive_lost:
            copies.lab.host.remove(chain.archive)
        return run_again(copies, chain)


def run_again(copies: Copies, chain: Chain) -> Verdict:
    """Given a chain whose next backup broke off, take it again; return the first verdict that is not right."""
    lab, at = copies.lab, chain.next_time + HOUR
    inventory = lab.source_host.observe(chain.source)
    take = chain.duplicity.incremental if chain.points else chain.duplicity.full
    rerun = lab.ran(take(chain.source, chain.destination.url, at=at))
    if not rerun.ok:
        verdict = refused(rerun)
        return replace(verdict, shown=f"the rerun: {verdict.shown}")
    chain.points.append(Point(chain, len(chain.points), at, inventory, rerun))
    for point in chain.points:
        verdict = restored(lab, point, new_machine=True)
        if verdict.outcome is not Outcome.RIGHT:
            return replace(verdict, shown=f"the restore of {point}: {verdict.shown}")
    verdict = continued(copies, chain)
    return verdict if verdict.outcome is Outcome.RIGHT else replace(verdict, shown=f"the next backup: {verdict.shown}")


def findings_of_rerun(check: str, verdict: Verdict, what: str) -> list[Finding]:
    """Given what running a backup again made of it, and what had broken it off, return the findings of a check."""
    if verdict.outcome is Outcome.RIGHT:
        return []
    return [Finding(check, "", "a rerun that makes every point restorable", str(verdict), what)]


@contextlib.contextmanager
def _interrupted(copies: Copies, interrupt: Interrupt) -> Iterator[Copy | None]:
    """Give a chain of which the next backup was killed; None where it ended before."""
    opened = copies.new if interrupt.set == "full" else copies.copy
    with opened(encrypted=interrupt.encrypted) as chain:
        copies.fill_for_next(chain)
        cutter = f"{copies.lab.host.scratch}/cutter.py"
        copies.lab.host.put(cutter, (files("verify.lab") / "cutter.py").read_bytes())
        behind = ("python3", cutter, str(interrupt.upload), interrupt.moment, *chain.duplicity.command)
        client = replace(chain.duplicity, command=behind)
        take = client.incremental if chain.points else client.full
        result = copies.lab.ran(take(chain.source, chain.destination.url, at=chain.next_time))
        if result.exit_code == -signal.SIGKILL and not result.timed_out:
            yield chain
        else:
            result.must_succeed()
            yield None
