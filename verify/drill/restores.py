"""A drill's restores: which points, under which budget, and what they tell."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verify.checks import Finding, FindingsError
from verify.drill.points.listing import Listing
from verify.drill.reported_once import once
from verify.drill.restoring.chances import claim
from verify.drill.restoring.estimate import cost_words, estimate, time_findings
from verify.drill.restoring.restorer import Restorer
from verify.drill.restoring.sample_restore import (
    Chosen,
    Outcome,
    Point,
    carry_out,
    choose,
    everything,
    missing,
    volumes_of,
)
from verify.durations import moment
from verify.errors import NotProvenError

if TYPE_CHECKING:
    from verify.drill.drill import Drill

Told = Callable[[], list[Finding]]  # once the comparison is there

SAMPLE, FULL = "sample-restores", "full-restore"
NEWEST, OLDER = "newest", "older"  # folders of what is restored
_LOST = "volumes are lost or damaged that a restore needs, as told above"
OLDER_SHARE = 4  # one of so many samples, and of the budget, is of a random older point


class Restores:
    """What a drill restores from its destination."""

    def __init__(self, drill: "Drill") -> None:
        self._drill = drill
        self.newest: Outcome | None = None  # of the newest point, once it was restored from
        self._restored = 0  # commands

    @once
    def tree(self) -> Path:
        """What was restored of the newest point, on this machine. Raise `NotProvenError` where nothing was."""
        with contextlib.suppress(FindingsError, NotProvenError):  # which are for its own test to tell
            _ = self.full_findings if self._is_whole else self.sample_findings
        target = f"{self._drill.place.scratch}/{NEWEST}"
        if not self._drill.place.host.exists(target):
            raise NotProvenError("nothing of the newest point was restored")
        return self._drill.place.fetched(target)

    @once
    def sample_findings(self) -> list[Finding]:
        """What came back otherwise of a sample of the newest point, and of one of a random older point."""
        drill = self._drill
        left = drill.budget - drill.downloaded
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
        if not found and not gaps and not self._restored:
            gaps.append("nothing was restored: the budget or the time was used up before")
        if not found and gaps:
            raise NotProvenError("; ".join(dict.fromkeys(gaps)))
        return found

    @once
    def full_findings(self) -> list[Finding]:
        """What came back otherwise of all of the newest point. Raise `NotProvenError` unless it was asked for."""
        drill = self._drill
        if not drill.settings.full:
            raise NotProvenError(f"only with --full; {self._last_full()}")
        point = drill.restorable.point(drill.newest, drill.listings.newest)
        if not self._is_whole:
            raise NotProvenError(f"{_LOST}, so that only some of it was restored")
        with ThreadPoolExecutor(1) as comparing:
            outcome = self._carried_out(FULL, NEWEST, everything(point), comparing)
        self._tell(outcome, NEWEST)
        return [*self._not_listed(FULL), *outcome.comparison.findings]

    def time_findings(self) -> list[Finding]:
        """Return a finding if a restore of everything takes longer than the policy allows."""
        drill = self._drill
        found = estimate(drill.ledger.restores, drill.restorable.needs(drill.newest).bytes(b""))
        if found:
            drill.figures |= {
                "full_bytes": found.bytes, "full_seconds": found.seconds,
                "full_low": found.low, "full_high": found.high,
            }  # fmt: skip
            drill.say(f"{found} for {found.bytes:,} bytes{cost_words(found, drill.policy.price_per_gb)}")
        allowed = drill.policy.max_restore_time
        return time_findings(found, None if allowed is None else allowed.total_seconds())

    def _last_full(self) -> str:
        whole = [each.ended for each in self._drill.ledger.restores if each.everything]
        return f"everything was last restored on {moment(whole[-1])}" if whole else "everything was never restored yet"

    @property
    def _is_whole(self) -> bool:
        """Whether everything of the newest point is restored: asked for, and not known to be in vain."""
        return self._drill.settings.full and not self._drill.restorable.needs(self._drill.newest).is_spoiled(b"")

    def _of_newest(self, budget: int, comparing: Executor) -> Told:
        if self._is_whole:
            return list
        drill = self._drill
        missed = self._not_listed(SAMPLE)
        newest = drill.restorable.point(drill.newest, drill.listings.newest)
        chosen = self._chosen(newest, budget, drill.policy.restore_samples, self._must)
        told = self._sampled(chosen, budget, NEWEST, comparing)
        return lambda: [*missed, *told()]

    @contextlib.contextmanager
    def _an_older(self, budget: int) -> Iterator[Callable[[Executor], Told]]:
        """Give what samples a random older point; it is listed, and drawn from, beside what is done before."""
        drill = self._drill
        if not self._older:
            yield self._of_none
            return
        time, samples = drill.draw.choice(self._older), max(drill.policy.restore_samples // OLDER_SHARE, 1)
        _ = drill.restorable.yardstick, drill.destination.is_seen and drill.destination.manifests  # which need the host

        def make(listing: Listing) -> Chosen:
            return self._chosen(drill.restorable.point(time, listing), budget, samples, ())

        with drill.listings.aside(time, make) as chosen:
            yield lambda comparing: self._sampled(chosen(), budget, OLDER, comparing)

    def _of_none(self, _: Executor) -> Told:
        if self._is_whole:
            raise NotProvenError("there is no older point, and the newest is restored as a whole")
        return list

    def _not_listed(self, check: str) -> list[Finding]:
        """Return a finding for each path that must be restored and is not listed; none where nothing at all is."""
        return [] if self._drill.listings.is_empty else missing(self._must, self._drill.listings.newest, check)

    @property
    def _must(self) -> list[bytes]:
        return [os.fsencode(path) for path in self._drill.policy.must_restore]

    @property
    def _older(self) -> list[int]:
        return [point for point in self._drill.points if point != self._drill.newest]

    def _chosen(self, point: Point, budget: int, size: int, must: Sequence[bytes]) -> Chosen:
        listed = set(must) - {os.fsencode(each.path) for each in missing(must, point.listing, SAMPLE)}
        return choose(point, size, listed, budget=budget, draw_=self._drill.draw, ledger=self._drill.ledger)

    def _sampled(self, chosen: Chosen, budget: int, into: str, comparing: Executor) -> Told:
        """Restore what was chosen; return what then waits for its comparison and tells of it."""
        drill, point = self._drill, chosen.point
        outcome = self._carried_out(SAMPLE, into, chosen, comparing) if chosen.cover else None

        def told() -> list[Finding]:
            found: list[Finding] = []
            if outcome:
                self._tell(outcome, into)
                found = outcome.comparison.findings
            if chosen.lost and not found:
                lost = f"{len(chosen.lost):,} of the paths drawn from the point of {moment(point.time)}"
                raise NotProvenError(f"{lost}: {_LOST}")
            if not outcome:
                drill.say(f"nothing of {moment(point.time)} fits into {max(budget, 0):,} bytes")
            return found

        return told

    def _carried_out(self, check: str, into: str, chosen: Chosen, comparing: Executor) -> Outcome:
        drill, yardstick = self._drill, self._drill.restorable.yardstick
        restorer = Restorer(drill.place, drill.job, drill.deadline)
        outcome = carry_out(check, chosen, restorer, yardstick, comparing, into=into, keep=into == NEWEST)
        if drill.destination.is_seen:
            drill.ledger.note_proven(volumes_of(outcome, chosen.point.needs), drill.started)
        for each in outcome.restored:
            drill.count_restore(each)
        self._restored += len(outcome.restored)
        return outcome

    def _tell(self, outcome: Outcome, into: str) -> None:
        drill, point = self._drill, outcome.chosen.point
        drawn, bad, population = outcome.drawn, outcome.bad, point.population
        drill.say(f"of {moment(point.time)} {outcome.comparison}; {claim(population, drawn, bad)}")
        if into == NEWEST:
            self.newest = outcome
            drill.figures |= {
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
