"""One night of a drill: what its parts share, and what they tell of it.

It knows none of those parts. They are given it, and so can be read, and tried, one by one.
"""

import math
import random
import time
from collections import Counter
from typing import Any, TypeVar

from verify.archive.out_of_reach import AHEAD
from verify.checks import Finding, FindingsError, must_find_nothing
from verify.drill.destination import RealDestination
from verify.drill.host.drill_host import DrillHost
from verify.drill.ledger.ledger import Ledger
from verify.drill.points.source import LiveSource, live_source, rules_of
from verify.drill.reported_once import reported_once
from verify.drill.restoring.restorer import RestoredPath, Restorer
from verify.drill.settings import DrillSettings
from verify.errors import NotProvenError
from verify.job import Job
from verify.lab.client.results import Result, StatusResult
from verify.lab.hosts.host import Host
from verify.policy import Policy
from verify.selection import RuleSet

AnyResult = TypeVar("AnyResult", bound=Result)

DEFAULT_BUDGET = 2 * 10**9  # bytes
DOWNLOADED = "bytes_downloaded"


class Night:
    """What a drill was given, what it has found out tonight, and what it counts and says for the report.

    `here` is this machine, where the live source is; `started` is in seconds since the epoch.
    """

    def __init__(
        self, *, job: Job, host: DrillHost, here: Host, destination: RealDestination, ledger: Ledger,
        settings: DrillSettings, started: float,
    ) -> None:  # fmt: skip
        self.job, self.host, self.here = job, host, here
        self.destination, self.ledger = destination, ledger
        self.settings, self.started = settings, started
        self.draw = random.Random()  # noqa: S311 - what is looked at tonight is no secret
        self.figures: dict[str, Any] = {}  # for the ledger
        self.blamed: set[str] = set()  # objects that a finding of tonight names
        self.differing = frozenset[bytes]()  # paths of the newest point that a finding of tonight names
        self.unbounded = 0  # bytes that were downloaded besides what the budget is for
        self._begun = time.monotonic()
        self._said: list[str] = []
        self._counts: Counter[str] = Counter()
        self._counted = 0  # bytes that the destination's view had downloaded when they were last counted
        self._restored = 0  # bytes that restores have downloaded

    @property
    def policy(self) -> Policy:
        """What the backup's owner demands."""
        return self.settings.policy

    @property
    def budget(self) -> int:
        """How many bytes the drill may download."""
        return DEFAULT_BUDGET if self.policy.budget is None else self.policy.budget

    @property
    def budget_left(self) -> int:
        """How many bytes of the budget are left: less than none where more had to be downloaded."""
        return self.budget - self.downloaded + self.unbounded

    @property
    def deadline(self) -> float:
        """When the drill begins nothing more, in seconds of the monotonic clock."""
        return math.inf if self.policy.minutes is None else self._begun + 60 * self.policy.minutes

    def part_of_time(self, share: float) -> float:
        """Given a share of the time that is left, return when it is over (monotonic seconds)."""
        now = time.monotonic()
        return now + max(0.0, self.deadline - now) * share

    @property
    def downloaded(self) -> int:
        """How many bytes were downloaded so far, by our view of the destination and by restores."""
        return self.destination.downloaded + self._restored

    @property
    def statistics(self) -> Counter[str]:
        """What was counted since it was last set."""
        downloaded = self.destination.downloaded
        self._counts[DOWNLOADED] += downloaded - self._counted
        self._counted = downloaded
        return self._counts

    @statistics.setter
    def statistics(self, counts: Counter[str]) -> None:
        self._counts = counts

    @property
    def restorer(self) -> Restorer:
        """What restores paths of the job."""
        limit = self.policy.restore_limit
        return Restorer(self.host, self.job, self.deadline, limit.total_seconds() if limit else None)

    def say(self, text: str) -> None:
        """Say in a few words what the running test has seen, for a report."""
        self._said.append(text)

    def told(self) -> list[str]:
        """Return what was said since this was last asked."""
        told, self._said = self._said, []
        return told

    def blame(self, findings: list[Finding]) -> list[Finding]:
        """Given findings that name objects, return them.

        Checks that need these objects later report 'not proven', not a second finding.
        """
        self.blamed |= {each.path for each in findings if each.path}
        return findings

    def ran(self, result: AnyResult, check: str = "duplicity-agrees") -> AnyResult:
        """Given a command's result, count it and return it. Raise `FindingsError` (`check`) unless it succeeded."""
        self._count(result)
        try:
            return result.must_succeed()
        except FindingsError as error:
            found = error.findings[0]
            raise FindingsError((Finding(check, "", found.expected, found.got, found.hint),)) from None

    def count_restore(self, restored: RestoredPath) -> None:
        """Count a restore, and note how long it took."""
        self._count(restored.result)
        self._counts[DOWNLOADED] += restored.downloaded
        self._restored += restored.downloaded
        if not restored.finding:
            self.ledger.note_restore(
                time.time(), restored.downloaded, restored.result.seconds, everything=not restored.path
            )

    def _count(self, result: Result) -> None:
        self._counts["duplicity_commands"] += 1
        self._counts["duplicity_milliseconds"] += round(result.seconds * 1000)

    @reported_once
    def schemes(self) -> frozenset[str]:
        """The URL schemes that duplicity knows. Raise `NotProvenError` where it cannot be asked."""
        if self.host.schemes is None:
            raise NotProvenError("what stands in duplicity's place is no Python script and cannot be asked")
        return self.host.schemes

    @reported_once
    def way_there(self) -> str:
        """The destination. Raise `FindingsError` (`scheme-supported`) where duplicity would not even look for it."""
        must_find_nothing(self.host.no_way_to(self.job))
        return self.job.printable_destination

    @reported_once
    def status(self) -> StatusResult:
        """What duplicity says of the destination; its archive holds what a listing needs afterwards."""
        _ = self.way_there
        if not self.destination.is_seen:  # else what looks has asked for them
            self.host.must_have_needs(self.job)
        self.destination.must_be_readable()
        return self.ran(self.host.duplicity(self.job).collection_status(self.job.destination))

    @reported_once
    def newest(self) -> int:
        """The newest point's time, in seconds since the epoch: by the store's listing, else by duplicity."""
        newest = self.destination.newest.span.end if self.destination.is_seen else self._newest_by_duplicity()
        self.figures |= {"newest": newest, "age": self.started - newest}
        return newest

    def _newest_by_duplicity(self) -> int:
        points = self._listed
        if not points:
            hint = "no backup yet: let the job run once; if it has, compare DST and the --file-prefix options"
            raise FindingsError((Finding("backup-exists", "", "at least one point", "none", hint),))
        return points[-1]

    @property
    def _listed(self) -> list[int]:
        """The times of the points that duplicity lists, oldest first; those of the future where there is no other."""
        times = sorted(each.time for each in self.status.sets)
        return [each for each in times if each <= self.started + AHEAD] or times

    @property
    def taken(self) -> list[int]:
        """The times of all points that were taken, oldest first, also of those that cannot be restored."""
        if not self.destination.is_seen:
            return self._listed
        ends = [each.span.end for each in self.destination.stored.points]
        return [each for each in ends if each <= self.started + AHEAD] or ends

    @property
    def points(self) -> list[int]:
        """The times of all points that can be restored, oldest first."""
        if self.destination.is_seen:
            return [each.span.end for each in self.destination.points]
        return self._listed

    @reported_once
    def source(self) -> LiveSource:
        """The live source. Raise `NotProvenError` where there is none to compare with."""
        return live_source(self.job, self.settings.lab.source)

    @reported_once
    def rules(self) -> RuleSet:
        """The job's rules for the live source. Raise `NotProvenError` where they cannot be followed here."""
        return rules_of(self.job, self.source, self.host.release)
