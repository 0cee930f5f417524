"""Lets Hypothesis meet what failed in a pack where it was drawn, and shrink it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from hypothesis import Phase, settings

from verify.lab.lab import Lab
from verify.lab.packs.drawing import Example, settings_of, with_body
from verify.lab.packs.judge import Guarded, Judge
from verify.lab.packs.lanes import Lanes
from verify.lab.packs.running import Verdict, judged

AHEAD = 64  # attempts at a smaller failure that are tried together with the next one
TRIED = 4  # of the failures of a pack, plainest first, until one fails alone


@dataclass(frozen=True)
class Failure:
    """An example, and what its body raised."""

    example: Example
    error: BaseException

    def length(self) -> int:
        """Return by what the plainest failure is chosen."""
        return len(repr(self.example))

    def noting(self, note: str) -> Self:
        """Add a note to the error, for who reads it."""
        self.error.add_note(note)
        return self


class Meeting:
    """One test, whose bodies run in lanes."""

    def __init__(self, test: Any, lab_name: str, lanes: Lanes) -> None:
        self._test = test
        self._lab_name = lab_name
        self._lanes = lanes

    def submitted(self, examples: Sequence[Example]) -> Future[list[Verdict | None]]:
        """Have examples run as a pack, and return their verdicts to be."""
        return self._lanes.submit(partial(judged, bodies=[self._body(example) for example in examples]))

    def first_alone(self, failures: Sequence[Failure]) -> Failure | None:
        """Given failures of a pack, return the plainest that fails by itself too; None if none of the first does."""
        for failure in sorted(failures, key=Failure.length)[:TRIED]:
            (alone,) = self.submitted([failure.example]).result()
            if alone and alone.error:
                return Failure(failure.example, alone.error)
        return None

    def shrunk(
        self, first: Failure, examples: Sequence[Example], verdicts: Sequence[Verdict | None], *, seed: int, size: int
    ) -> None:
        """Draw a pack again; raise what its first failure raises, as small as Hypothesis makes it."""
        judge = self._judge(first.example)
        judge.learn(examples, verdicts)
        judge.learn([first.example], [Verdict(first.error)])
        phases = [each for each in settings_of(self._test).phases if each not in (Phase.explicit, Phase.reuse)]
        self._run(judge, settings(settings_of(self._test), phases=phases, max_examples=size), seed)
        raise first.noting("Hypothesis did not draw it a second time, so it is not shrunk.").error

    def held(self, own: settings) -> None:
        """Run the test as Hypothesis does with these settings, but that many attempts run together."""
        self._run(self._judge(), own)

    def _judge(self, first: Example | None = None) -> Judge:
        return Judge(lambda examples: self.submitted(examples).result(), AHEAD, first)

    def _run(self, judge: Judge, own: settings, seed: int | None = None) -> None:
        if own.database is not None:
            own = settings(own, database=Guarded(own.database, judge))
        with judge.at_work():
            with_body(self._test, judge, own, seed)()

    def _body(self, example: Example) -> Callable[[Lab], object]:
        inner = self._test.hypothesis.inner_test
        return lambda lab: inner(**{self._lab_name: lab}, **example)
