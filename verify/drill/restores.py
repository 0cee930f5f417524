"""A drill's restores: of which points, under which budget, and what they find."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from verify.checks import Finding, FindingsError
from verify.drill.fetching import LATE
from verify.drill.listings import Listings
from verify.drill.night import Night
from verify.drill.points.listing import Listing
from verify.drill.reported_once import reported_once
from verify.drill.restore_points import RestorePoints
from verify.drill.restoring.chances import claim
from verify.drill.restoring.sample_restore import (
    RestoreChoice,
    RestoreOutcome,
    RestorePoint,
    carry_out,
    choose,
    everything,
    missing_findings,
    none_at_random,
    volumes_of,
)
from verify.durations import moment
from verify.errors import NotProvenError
from verify.trees import printable

Later = Callable[[], list[Finding]]  # findings, for which it waits until all is compared

SAMPLE, FULL = "sample-restores", "full-restore"
WHOLE = "whole"  # the figure: the time of the newest point that was restored as a whole, and when
NEWEST, OLDER = "newest", "older"  # folders of what is restored
_LOST = "volumes are lost or damaged that a restore needs, as told above"
OLDER_SHARE = 4  # one of so many samples, and of the budget, is of a random older point


class Restores:
    """What a drill restores from its destination."""

    def __init__(self, night: Night, listings: Listings, points: RestorePoints) -> None:
        self._night, self._listings, self._points = night, listings, points
        self.newest: RestoreOutcome | None = None  # of the newest point, once it was restored from

    @reported_once
    def tree(self) -> Path:
        """What was restored of the newest point, on this machine. Raise `NotProvenError` where nothing was."""
        with contextlib.suppress(FindingsError, NotProvenError):  # which the test of that check reports
            _ = self.full_findings if self._is_whole else self.sample_findings
        target = f"{self._night.host.scratch}/{NEWEST}"
        if not self._night.host.main.exists(target):
            raise NotProvenError("nothing of the newest point was restored")
        return self._night.host.fetched(target)

    @reported_once
    def sample_findings(self) -> list[Finding]:
        """What came back otherwise of a sample of the newest point, and of one of a random older point."""
        night = self._night
        left = night.budget_left
        share = left // OLDER_SHARE if self._older else 0
        found: list[Finding] = []
        gaps: list[str] = []
        with ThreadPoolExecutor(1) as comparing, self._an_older(share) as older:
            told: list[Future[list[Finding]]] = []
            for restored in (partial(self._of_newest, left - share), older):
                with _noted(gaps):
                    told.append(comparing.submit(restored(comparing)))
        for each in told:
            with _noted(gaps):
                found += each.result()
        if not found and gaps:
            raise NotProvenError("; ".join(dict.fromkeys(gaps)))
        return found

    @reported_once
    def full_findings(self) -> list[Finding]:
        """What came back otherwise of all of the newest point. Raise `NotProvenError` unless it was asked for."""
        night = self._night
        if not night.settings.full_restore:
            raise NotProvenError(f"only with --full-restore; {self._last_full()}")
        point = self._points.point(night.newest, self._listings.newest)
        if not self._is_whole:
            raise NotProvenError(f"{_LOST}, so that only some of it was restored")
        with ThreadPoolExecutor(1) as comparing:
            outcome = self._carried_out(FULL, NEWEST, everything(point), comparing)
        self._tell(outcome, NEWEST)
        if not outcome.restored:
            raise NotProvenError(f"not all was restored: {LATE}")
        return [*self._not_listed(FULL), *self._news(outcome)]

    def _last_full(self) -> str:
        whole = self._night.figures.get(WHOLE) or self._night.ledger.last(WHOLE)
        if not whole:
            return "no drill has restored a whole point yet"
        point, when = map(moment, whole)
        return f"the point of {point} was restored as a whole on {when}"

    @property
    def _is_whole(self) -> bool:
        """Whether everything of the newest point is restored: where that was asked for, and all volumes can be used."""
        return self._night.settings.full_restore and not self._points.needs(self._night.newest).is_spoiled(b"")

    def _of_newest(self, budget: int, comparing: Executor) -> Later:
        if self._is_whole:
            return list
        night = self._night
        if self._listings.is_empty:
            raise NotProvenError(f"the backup of {moment(night.newest)} is empty, so nothing of it can be restored")
        missed = self._not_listed(SAMPLE)
        newest = self._points.point(night.newest, self._listings.newest)
        chosen = self._chosen(newest, budget, night.policy.restore_samples, self._must_restore)
        told = self._sampled(chosen, budget, NEWEST, comparing)
        return lambda: [*missed, *told()]

    @contextlib.contextmanager
    def _an_older(self, budget: int) -> Iterator[Callable[[Executor], Later]]:
        """Give a function that restores a sample of a random older point.

        Until it is called, the point is listed, and the sample drawn, beside what the caller does.
        """
        night = self._night
        if not self._older:
            yield self._nothing_older
            return
        time, samples = night.draw.choice(self._older), max(night.policy.restore_samples // OLDER_SHARE, 1)
        _ = (
            self._points.yardstick,
            night.destination.is_seen and night.destination.manifests,
        )  # which need the main gateway: see `aside`

        def make(listing: Listing) -> RestoreChoice:
            return self._chosen(self._points.point(time, listing), budget, samples, ())

        with self._listings.aside(time, make) as chosen:
            yield lambda comparing: self._sampled(chosen(), budget, OLDER, comparing)

    def _nothing_older(self, _: Executor) -> Later:
        if self._is_whole:
            raise NotProvenError("there is no older point, and the newest is restored as a whole")
        return list

    def _not_listed(self, check: str) -> list[Finding]:
        """Return a finding for each path of `must_restore` that is not listed; none where the listing is empty."""
        return [] if self._listings.is_empty else missing_findings(self._must_restore, self._listings.newest, check)

    @property
    def _must_restore(self) -> list[bytes]:
        return [os.fsencode(path) for path in self._night.policy.must_restore]

    @property
    def _older(self) -> list[int]:
        return [point for point in self._night.points if point != self._night.newest]

    def _chosen(self, point: RestorePoint, budget: int, size: int, must: Sequence[bytes]) -> RestoreChoice:
        listed = set(must) - {os.fsencode(each.path) for each in missing_findings(must, point.listing, SAMPLE)}
        return choose(point, size, listed, budget=budget, draw_=self._night.draw, ledger=self._night.ledger)

    def _sampled(self, chosen: RestoreChoice, budget: int, into: str, comparing: Executor) -> Later:
        """Restore what was chosen; return a function that waits until it is compared, and returns the findings."""
        night, point = self._night, chosen.point
        outcome = self._carried_out(SAMPLE, into, chosen, comparing) if chosen.cover else None

        def told() -> list[Finding]:
            if outcome:
                self._tell(outcome, into)
                if found := self._news(outcome):
                    return found
            if chosen.lost:
                lost = f"{len(chosen.lost):,} of the paths drawn from the point of {moment(point.time)}"
                raise NotProvenError(f"{lost}: {_LOST}")
            if outcome and outcome.left:
                raise NotProvenError(f"{printable(outcome.left[0])} of must_restore was not restored: {LATE}")
            if none := none_at_random(chosen, outcome, budget):
                if into == NEWEST:
                    raise NotProvenError(none)
                night.say(none)
            return []

        return told

    def _carried_out(self, check: str, into: str, chosen: RestoreChoice, comparing: Executor) -> RestoreOutcome:
        night, yardstick = self._night, self._points.yardstick
        restorer = night.restorer
        outcome = carry_out(check, chosen, restorer, yardstick, comparing, into=into, keep=into == NEWEST)
        if night.destination.is_seen:
            night.ledger.note_proven(volumes_of(outcome, chosen.point.needs), night.started)
        for each in outcome.restored:
            night.count_restore(each)
        return outcome

    def _news(self, outcome: RestoreOutcome) -> list[Finding]:
        """Return what came back otherwise. Raise `NotProvenError` where all of that was told before."""
        bad, failed = outcome.comparison.bad, [each.finding for each in outcome.restored if each.finding]
        if failed or not bad or not bad <= self._night.differing:
            return outcome.comparison.findings
        raise NotProvenError(f"{len(bad):,} of its paths come back otherwise: see content-as-source")

    def _tell(self, outcome: RestoreOutcome, into: str) -> None:
        """Say what came of a restore, and note its figures if it is of the newest point."""
        night, point = self._night, outcome.chosen.point
        drawn, bad, population = outcome.drawn, outcome.bad, point.population
        night.say(f"of {moment(point.time)} {outcome.comparison}; {claim(population, drawn, bad)}")
        if outcome.chosen.is_everything and outcome.restored and not outcome.comparison.findings:
            night.figures[WHOLE] = max(night.figures.get(WHOLE, [0, 0]), [point.time, night.started])
        if into == NEWEST:
            self.newest = outcome
            night.figures |= {
                "population": population, "drawn": drawn, "bad": bad,
                "files_restored": outcome.comparison.files, "bytes_restored": outcome.comparison.bytes,
            }  # fmt: skip


@contextlib.contextmanager
def _noted(gaps: list[str]) -> Iterator[None]:
    """Note what could not be proven, and why."""
    try:
        yield
    except NotProvenError as gap:
        gaps.append(str(gap))
