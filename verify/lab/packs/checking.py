"""Checks a `@given` test by packs: collect, then run, and where something fails, have it met and shrunk."""

import contextlib
import time
import unittest
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from hypothesis import Phase, settings
from hypothesis.errors import Unsatisfiable

from verify.lab.client.variants import PLAIN, Variant
from verify.lab.lab import Lab
from verify.lab.packs.drawing import Example, collected, settings_of
from verify.lab.packs.fewer_operations import OPERATIONS, shortened
from verify.lab.packs.lanes import Lanes
from verify.lab.packs.shrinking import FailedExample, Meeting, RunningPack
from verify.lab.replay.traced import Traced
from verify.operations import BACKUPS
from verify.trees import History, edits_of

PACK = 300  # histories; see ci/bench/packs.py


class Checking:
    """One test, whose histories are packed in the lanes of a lab.

    `given` are arguments that all of them share; operations among them are made fewer where something fails.
    `as_found` is told of a failure before it is made smaller.
    """

    def __init__(
        self,
        test: Any,
        lab_name: str,
        lab: Lab,
        lanes: Lanes,
        *,
        given: Mapping[str, Any] | None = None,
        as_found: Callable[[FailedExample, Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._as_found = as_found
        self.failure: FailedExample | None = None  # the one that is raised, as small as it is by now
        self._test = test
        self._lab = lab
        self._lanes = lanes
        self._settings = settings_of(test)
        self._meeting = Meeting(test, lab_name, lanes, given or {})
        self._in_company: list[FailedExample] = []

    def run(self, examples: int, seed: int, variants: Sequence[Variant] = (PLAIN,)) -> None:
        """Check as many examples, drawn by packs with seeds from `seed` on; the packs take turns at the variants.

        Raise what the first failure raises.
        """
        try:
            self._replay()
            self._search(self._packs(examples, seed, variants))
        finally:
            self.failure = self._meeting.met or self.failure
            self._lanes.stop()
            self._lanes.take_statistics()
        if self._in_company:
            raise self._in_company[0].error

    @property
    def given(self) -> Mapping[str, Any]:
        """The arguments that all examples share, as they are by now."""
        return self._meeting.given

    def traced(self) -> Traced:
        """Run the failure by itself once more; return a lab that has noted what was done."""
        assert self.failure is not None  # noqa: S101 - for the type checker
        return self._meeting.traced(self.failure)

    def _replay(self) -> None:
        """Try what is given with `@example`, and what failed before."""
        kept = [phase for phase in self._settings.phases if phase is not Phase.generate]
        with contextlib.suppress(unittest.SkipTest, Unsatisfiable):  # there was nothing, or nothing that still fits
            self._meeting.held(settings(self._settings, phases=kept))

    def _search(self, packs: Iterator[RunningPack]) -> None:
        """Look at the verdicts of packs, in the order in which they were drawn."""
        running: deque[RunningPack] = deque()
        for pack in packs:
            running.append(pack)
            while len(running) > self._lanes.count or (running and running[0].verdicts.done()):
                self._look_at(running.popleft())
        while running:
            self._look_at(running.popleft())

    def _packs(self, examples: int, seed: int, variants: Sequence[Variant]) -> Iterator[RunningPack]:
        """Draw packs, and have each run as soon as a lane is free: the next is drawn meanwhile."""
        rounds = -(-examples // (PACK * self._lanes.count))  # in each of which all lanes have a pack
        size = -(-examples // (rounds * self._lanes.count))
        for variant in cycle(variants):
            if examples <= 0:
                return
            size = min(size, examples)
            begun = time.perf_counter()
            drawn = collected(self._test, self._settings, seed=seed, examples=size)
            self._lab.statistics["draw_milliseconds"] += round((time.perf_counter() - begun) * 1000)
            yield RunningPack(seed, size, variant, drawn, self._meeting.submitted(drawn, variant))
            examples, seed = examples - size, seed + 1

    def _look_at(self, pack: RunningPack) -> None:
        failures = pack.failures
        self._count(pack.examples)
        if not failures:
            return
        found = self._meeting.first_alone(failures, pack.variant)
        if found is None:
            self._in_company.append(min(failures, key=FailedExample.length).noting(COMPANY))
            return
        self.failure = found
        if self._as_found:
            self._as_found(found, self.given)
        self._lanes.stop()
        self._meeting.shrunk(self._with_fewer_operations(found), pack)

    def _with_fewer_operations(self, found: FailedExample) -> FailedExample:
        operations = self._meeting.given.get(OPERATIONS)
        return shortened(self._meeting, found, operations, self._lanes.count) if operations else found

    def _count(self, examples: Sequence[Example]) -> None:
        drawn = [value for example in examples for value in example.values() if isinstance(value, History)]
        if OPERATIONS in self.given:  # which may not come to the last trees
            points = sum(each.kind in BACKUPS for each in self.given[OPERATIONS])
            drawn = [History(history.first, history.edits[: max(points - 1, 0)]) for history in drawn]
        self._lab.statistics.update({f"edits_{kind}": count for kind, count in edits_of(drawn).items()})
        self._lab.statistics.update(f"chains_of_{1 + len(history.edits)}" for history in drawn)


COMPANY = "It is met only where many histories lie side by side in one source; none of those that failed fails alone."
