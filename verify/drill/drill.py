"""A running drill: what its checks ask."""

import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from verify.checks import Finding, FindingsError
from verify.drill.destination import Destination
from verify.drill.host.drill_host import Place
from verify.drill.ledger.ledger import Ledger
from verify.drill.listings import Listings
from verify.drill.points.expected import Verdict, judge
from verify.drill.points.source import LiveSource, live_source, rules_of
from verify.drill.reported_once import once
from verify.drill.restorable import Restorable
from verify.drill.restores import NEWEST, Restores
from verify.drill.restoring.restorer import Restored
from verify.drill.settings import DrillSettings
from verify.durations import moment
from verify.errors import NotProvenError
from verify.job import Job
from verify.lab.client.duplicity import schemes_of
from verify.lab.client.results import Result, StatusResult
from verify.lab.hosts.host import Host
from verify.policy import Policy

AnyResult = TypeVar("AnyResult", bound=Result)

Sealed = Callable[[], contextlib.AbstractContextManager[Host]]

DEFAULT_BUDGET = 2 * 10**9  # bytes
DOWNLOADED = "bytes_downloaded"


class Drill:
    """A restore verification of a real destination, which it only reads."""

    def __init__(
        self, *, runtime: str, why: str, job: Job, place: Place, here: Host, sealed: Sealed,
        destination: Destination, ledger: Ledger, settings: DrillSettings, started: float,
    ) -> None:  # fmt: skip
        self.runtime, self.why = runtime, why
        self.job, self.place, self.here = job, place, here
        self.sealed = sealed  # gives a host without a way out
        self.destination, self.ledger = destination, ledger
        self.settings, self.started = settings, started
        self.draw = random.Random()  # noqa: S311 - what is looked at tonight is no secret
        self._begun = time.monotonic()
        self.number = 0  # in the ledger
        self.figures: dict[str, Any] = {}
        self.blamed: set[str] = set()  # objects that a finding of tonight names: what needs one tells nothing new
        self._said: list[str] = []
        self._counts: Counter[str] = Counter()
        self._seen = 0
        self._restored = 0

    @property
    def policy(self) -> Policy:
        """What the backup's owner demands."""
        return self.settings.policy

    @property
    def budget(self) -> int:
        """How many bytes the drill may download."""
        return DEFAULT_BUDGET if self.policy.budget is None else self.policy.budget

    @property
    def deadline(self) -> float:
        """When the drill begins nothing more, in seconds of the monotonic clock."""
        return math.inf if self.policy.minutes is None else self._begun + 60 * self.policy.minutes

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this drill; JSON-ready, without secrets."""
        return {
            "runtime": {"name": self.runtime, "why": self.why},
            "versions": dict(self.place.versions),
            "job": self.job.as_json(),
            "notes": list(self.place.notes),
        }

    @property
    def downloaded(self) -> int:
        """How many bytes were downloaded so far, by our view of the destination and by restores."""
        return self.destination.downloaded + self._restored

    def count_restore(self, restored: Restored) -> None:
        """Count a restore, and note how long it took."""
        self._count(restored.result)
        self._counts[DOWNLOADED] += restored.downloaded
        self._restored += restored.downloaded
        if not restored.finding:
            self.ledger.note_restore(
                time.time(), restored.downloaded, restored.result.seconds, everything=not restored.path
            )

    @cached_property
    def listings(self) -> Listings:
        """What duplicity lists tonight."""
        return Listings(self)

    @cached_property
    def restorable(self) -> Restorable:
        """What can be restored tonight."""
        return Restorable(self)

    @cached_property
    def restores(self) -> Restores:
        """What is restored tonight."""
        return Restores(self)

    @property
    def statistics(self) -> Counter[str]:
        """What was counted since it was last set."""
        downloaded = self.destination.downloaded
        self._counts[DOWNLOADED] += downloaded - self._seen
        self._seen = downloaded
        return self._counts

    @statistics.setter
    def statistics(self, counts: Counter[str]) -> None:
        self._counts = counts

    def say(self, text: str) -> None:
        """Say in a few words what the running test has seen, for a report."""
        self._said.append(text)

    def blame(self, findings: list[Finding]) -> list[Finding]:
        """Given findings that name objects, return them, and tell no other check's that follow from them."""
        self.blamed |= {each.path for each in findings if each.path}
        return findings

    def told(self) -> list[str]:
        """Return what was said since this was last asked."""
        told, self._said = self._said, []
        return told

    @contextlib.contextmanager
    def remembered(self) -> Iterator[None]:
        """Note in the ledger that this drill began, and what it has seen; the verdict is for `Ledger.end`."""
        self.number = self.ledger.begin(self.started)
        yield
        if self.settings.keep:
            self._keep()
        self.figures |= {"downloaded": self.downloaded, "seconds": time.time() - self.started}
        self.destination.remember(self.started)
        self.ledger.note_figures(self.number, self.figures)

    @once
    def schemes(self) -> frozenset[str]:
        """The URL schemes that duplicity knows. Raise `NotProvenError` where it cannot be asked."""
        schemes = schemes_of(self.place.host, self.place.command)
        if schemes is None:
            raise NotProvenError("what stands in duplicity's place is no Python script and cannot be asked")
        return schemes

    @once
    def newest(self) -> int:
        """The newest point's time, in seconds since the epoch: by the store's listing, else by duplicity."""
        time_ = self.destination.newest.span.end if self.destination.is_seen else self._newest_by_duplicity()
        self.figures |= {"newest": time_, "age": self.started - time_}
        return time_

    def _newest_by_duplicity(self) -> int:
        points = self.status.sets
        if not points:
            hint = "no backup yet: let the job run once; if it has, compare DST and the --file-prefix options"
            raise FindingsError((Finding("backup-exists", "", "at least one point", "none", hint),))
        return max(each.time for each in points)

    @property
    def points(self) -> list[int]:
        """The times of all points, oldest first."""
        if self.destination.is_seen:
            return sorted(each.span.end for each in self.destination.stored.points)
        return sorted(each.time for each in self.status.sets)

    @once
    def status(self) -> StatusResult:
        """What duplicity says of the destination; its archive holds what a listing needs afterwards."""
        self.destination.must_be_readable()
        return self.ran(self.place.duplicity(self.job).collection_status(self.job.destination))

    @once
    def source(self) -> LiveSource:
        """The live source. Raise `NotProvenError` where there is none to compare with."""
        return live_source(self.job, self.settings.lab.source)

    @once
    def verdict(self) -> Verdict:
        """What became of the live source's paths in the newest point."""
        rules = rules_of(self.job, self.source, self.place.release)
        verdict = judge(self.source, self.listings.newest, rules, self.newest)
        if verdict.doubtful:
            oldest = dict(self.listings.of(self.points[0]))
            verdict.settle(lambda path: path in oldest)
        return verdict

    def ran(self, result: AnyResult, check: str = "duplicity-agrees") -> AnyResult:
        """Given a command's result, count it and return it. Raise `FindingsError` (`check`) unless it succeeded."""
        self._count(result)
        try:
            return result.must_succeed()
        except FindingsError as error:
            found = error.findings[0]
            raise FindingsError((Finding(check, "", found.expected, found.got, found.hint),)) from None

    def _count(self, result: Result) -> None:
        self._counts["duplicity_commands"] += 1
        self._counts["duplicity_milliseconds"] += round(result.seconds * 1000)

    def _keep(self) -> None:
        """Copy what was restored of the newest point to the drill's folder, under a name of its own."""
        target = f"{self.place.scratch}/{NEWEST}"
        if self.place.host.exists(target):
            name = moment(self.started).replace(" ", "-").replace(":", "")
            self.place.host.stream_out(target, self.settings.folder / f"kept-{name}")
