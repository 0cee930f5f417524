"""When a job's own options make a backup a full one, whatever verb it is called by.

A model of operations has to know it: retention counts fulls.
"""

import time
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.job import Job
from verify.lab.client.command_lines import FULL_BY_MACHINE_CLOCK, FULL_IF_OLDER_THAN
from verify.operations import Past
from verify.selection.times import is_interval, seconds_of

IGNORES_AGE = SpecifierSet("==2.1.1")
FULL_IF_N_INC = "--full-if-n-inc"


@dataclass(frozen=True)
class ForcedFulls:
    """What a job's options say: the age that a full may have, and how many incrementals may lie on one."""

    age: str | None
    incrementals: int | None
    release: Version

    @classmethod
    def of(cls, job: Job, release: Version) -> "ForcedFulls":
        """Given a job and a release, return what its options say."""
        count = job.option(FULL_IF_N_INC)
        age = None if release in IGNORES_AGE else job.option(FULL_IF_OLDER_THAN)
        return cls(age, int(count) if count and count.isdigit() else None, release)

    def makes_full(self, past: Past) -> bool:
        """Given what a destination has been through, return whether a backup now is a full one because of an option."""
        return not past.chains or self.by_count(past) or self._too_old(past)

    def by_count(self, past: Past) -> bool:
        """As `makes_full`, for the number of incrementals alone."""
        return self.incrementals is not None and bool(past.chains) and len(past.chains[-1]) > self.incrementals

    def _too_old(self, past: Past) -> bool:
        last = past.chains[-1][0].time
        if self.age is None:
            return False
        before = seconds_of(self.age, past.now) if is_interval(self.age) else self._before(past.now)
        return before is not None and last < before

    def _before(self, now: int) -> int | None:
        """Return the moment before which a full is too old, where the option names a date.

        Newer releases take the time since then, by the machine's clock, for an age.
        """
        machine = int(time.time())
        moment = seconds_of(self.age or "", machine)
        if moment is None or self.release in FULL_BY_MACHINE_CLOCK:
            return moment
        return now - (machine - moment)
