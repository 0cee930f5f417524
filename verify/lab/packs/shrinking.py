"""Lets Hypothesis meet what failed in a pack where it was drawn, and shrink it."""

import contextlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Self

from hypothesis import Phase, settings

from verify.lab.client.variants import PLAIN, Variant
from verify.lab.lab import Lab
from verify.lab.packs.drawing import Example, settings_of, with_body
from verify.lab.packs.known_verdicts import Guarded, Judge
from verify.lab.packs.lanes import Lanes
from verify.lab.packs.running import Body, HistoryVerdict, judged
from verify.lab.replay.traced import Traced

AHEAD = 128  # attempts at a smaller failure that are tried together with the next one
TRIED = 4  # of the failures of a pack, plainest first, until one fails alone


@dataclass(frozen=True)
class FailedExample:
    """An example, and what its body raised."""

    example: Example
    error: BaseException
    variant: Variant = PLAIN

    def length(self) -> int:
        """Return by what the plainest failure is chosen."""
        return len(repr(self.example))

    def noting(self, note: str) -> Self:
        """Add a note to the error, for who reads it."""
        self.error.add_note(note)
        return self


@dataclass(frozen=True)
class RunningPack:
    """A pack that runs, or has run: the seed and number of its draws, what they gave, and how it is backed up."""

    seed: int
    size: int
    variant: Variant
    examples: list[Example]
    verdicts: Future[list[HistoryVerdict | None]]

    @property
    def failures(self) -> list[FailedExample]:
        """What failed in it, once it has run."""
        verdicts = zip(self.examples, self.verdicts.result(), strict=True)
        return [FailedExample(example, verdict.error) for example, verdict in verdicts if verdict and verdict.error]


class Meeting:
    """One test, whose bodies run in lanes. `given` are arguments that all of its examples share."""

    def __init__(self, test: Any, lab_name: str, lanes: Lanes, given: Mapping[str, Any]) -> None:
        self.met: FailedExample | None = None  # the last failure that Hypothesis met
        self.given = given
        self._test = test
        self._lab_name = lab_name
        self._lanes = lanes

    def submitted(self, examples: Sequence[Example], variant: Variant) -> Future[list[HistoryVerdict | None]]:
        """Have examples run as a pack, and return their verdicts to be."""
        bodies = [self._body(example) for example in examples]
        return self._lanes.submit(lambda lane: judged(replace(lane, variant=variant), bodies))

    def first_alone(self, failures: Sequence[FailedExample], variant: Variant) -> FailedExample | None:
        """Given failures of a pack, return the plainest that fails by itself too; None if none of the first does."""
        for failure in sorted(failures, key=FailedExample.length)[:TRIED]:
            (alone,) = self.submitted([failure.example], variant).result()
            if alone and alone.error:
                return FailedExample(failure.example, alone.error, variant)
        return None

    def shrunk(self, first: FailedExample, pack: RunningPack) -> None:
        """Draw a pack again; raise what its first failure raises, as small as Hypothesis makes it in five minutes."""
        judge = self._judge(pack.variant, first.example)
        judge.learn(pack.examples, pack.verdicts.result())
        judge.learn([first.example], [HistoryVerdict(first.error)])
        phases = [each for each in settings_of(self._test).phases if each not in (Phase.explicit, Phase.reuse)]
        self._run(judge, settings(settings_of(self._test), phases=phases, max_examples=pack.size), pack.seed)
        raise first.noting("Hypothesis did not draw it a second time, so it is not shrunk.").error

    def held(self, own: settings) -> None:
        """Run the test as Hypothesis does with these settings, but that many attempts run together."""
        self._run(self._judge(PLAIN), own)

    def _judge(self, variant: Variant, first: Example | None = None) -> Judge:
        return Judge(lambda examples: self._tried(examples, variant), AHEAD, first, variant)

    def _tried(self, examples: Sequence[Example], variant: Variant) -> list[HistoryVerdict | None]:
        """Run examples in all lanes, each a part of them; return their verdicts."""
        each = -(-len(examples) // self._lanes.count)
        parts = [examples[start : start + each] for start in range(0, len(examples), each)]
        running = [self.submitted(part, variant) for part in parts]
        return [verdict for part in running for verdict in part.result()]

    def _run(self, judge: Judge, own: settings, seed: int | None = None) -> None:
        if own.database is not None:
            own = settings(own, database=Guarded(own.database, judge))
        with judge.at_work():
            try:
                with_body(self._test, judge, own, seed)()
            except Exception:
                if judge.last:
                    self.met = FailedExample(*judge.last, judge.variant)
                raise

    def _body(self, example: Example) -> Body:
        inner, given = self._test.hypothesis.inner_test, self.given
        return lambda lab: inner(**{self._lab_name: lab}, **given, **example)

    def traced(self, failure: FailedExample) -> Traced:
        """Run a failure by itself once more; return a lab that has noted what was done."""

        def run(lane: Lab) -> Traced:
            noting = Traced(replace(lane, variant=failure.variant))
            with contextlib.suppress(Exception):  # it is known what it raises
                self._body(failure.example)(noting)
            return noting

        return self._lanes.submit(run).result()
