"""A running drill: what its tests ask."""

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from verify.drill.listings import Listings
from verify.drill.night import Night
from verify.drill.points.expected import PathVerdict, judge
from verify.drill.reading import Reading
from verify.drill.reported_once import reported_once
from verify.drill.restore_points import RestorePoints
from verify.drill.restores import NEWEST, Restores
from verify.durations import moment
from verify.job import Job
from verify.lab.client.results import StatusResult
from verify.lab.hosts.host import Host
from verify.policy import Policy

Sealed = Callable[[], contextlib.AbstractContextManager[Host]]


class Drill:
    """A restore verification of a real destination, which it only reads.

    `sealed` gives a host that reaches no network.
    """

    def __init__(self, night: Night, *, runtime: str, why: str, sealed: Sealed) -> None:
        self.night = night
        self.runtime, self.why, self.sealed = runtime, why, sealed
        self.number = 0  # in the ledger
        self.job, self.host, self.destination, self.ledger = night.job, night.host, night.destination, night.ledger
        self.settings, self.started = night.settings, night.started
        self.listings = Listings(night)
        self.restore_points = RestorePoints(night, self.listings)
        self.reading = Reading(night, self.listings, self.restore_points)
        self.restores = Restores(night, self.listings, self.restore_points)

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this drill; JSON-ready, without secrets."""
        return {
            "runtime": {"name": self.runtime, "why": self.why},
            "versions": dict(self.host.versions),
            "job": self.job.as_json(),
            "notes": list(self.host.notes),
        }

    @cached_property
    def written_job(self) -> Job:
        """The job as its files say it: with all of its destinations, also where the drill is of one of them."""
        return replace(self.settings.lab, destination=None).read_job(os.environ)

    @property
    def policy(self) -> Policy:
        """What the backup's owner demands."""
        return self.night.policy

    @property
    def schemes(self) -> frozenset[str]:
        """The URL schemes that duplicity knows."""
        return self.night.schemes

    @property
    def status(self) -> StatusResult:
        """What duplicity says of the destination."""
        return self.night.status

    @property
    def newest(self) -> int:
        """The newest point's time, in seconds since the epoch."""
        return self.night.newest

    @property
    def points(self) -> list[int]:
        """The times of all points, oldest first."""
        return self.night.points

    @reported_once
    def path_verdict(self) -> PathVerdict:
        """What became of the live source's paths in the newest point."""
        night = self.night
        verdict = judge(night.source, self.listings.newest, night.rules, night.newest)
        if verdict.doubtful:
            oldest = dict(self.listings.of(night.points[0]))
            verdict.settle(lambda path: path in oldest)
        return verdict

    def say(self, text: str) -> None:
        """Say in a few words what the running test has seen, for a report."""
        self.night.say(text)

    def told(self) -> list[str]:
        """Return what was said since this was last asked."""
        return self.night.told()

    @property
    def statistics(self) -> Counter[str]:
        """What was counted since it was last set."""
        return self.night.statistics

    @statistics.setter
    def statistics(self, counts: Counter[str]) -> None:
        self.night.statistics = counts

    @contextlib.contextmanager
    def remembered(self) -> Iterator[None]:
        """Note in the ledger that this drill began, and what it has seen; the verdict is for `Ledger.end`."""
        self.number = self.ledger.begin(self.started)
        with contextlib.closing(self.reading):
            yield
        if self.settings.keep:
            self._keep()
        self.night.figures |= {"downloaded": self.night.downloaded, "seconds": time.time() - self.started}
        self.destination.remember(self.started)
        self.ledger.note_figures(self.number, self.night.figures)

    def _keep(self) -> None:
        """Copy what was restored of the newest point to the drill's folder, under a name of its own."""
        target = f"{self.host.scratch}/{NEWEST}"
        if self.host.main.exists(target):
            name = moment(self.started).replace(" ", "-").replace(":", "")
            self.host.main.stream_out(target, self.settings.folder / f"kept-{name}")
