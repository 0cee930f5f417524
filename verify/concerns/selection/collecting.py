"""Collect, then run: what a property draws is judged in packs, and still met and shrunk by Hypothesis.

A first pass only records what is drawn; all of it is judged at once; a second pass with the same seed
looks the verdicts up, so that Hypothesis finds a failure where it was drawn, and runs by itself no more
than what it has not seen, to shrink it.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import ceil
from random import Random
from typing import TypeVar

from hypothesis import core, example, given, seed, settings
from hypothesis.database import ReadOnlyDatabase
from hypothesis.strategies import SearchStrategy

from verify.checks import Finding, must_find_nothing
from verify.evidence import passing_through

# After so many examples of a seed Hypothesis draws five variants of each new one, which fits examples that are dear.
FRESH = 10

Drawn = TypeVar("Drawn", bound=Hashable)


def collected(
    title: str,
    strategy: SearchStrategy[Drawn],
    together: Callable[[Sequence[Drawn]], Mapping[Drawn, Sequence[Finding]]],
    alone: Callable[[Drawn], Sequence[Finding]],
    *,
    examples: int,
    explicit: Sequence[Drawn] = (),
) -> None:
    """Given a strategy and how to judge what it draws, raise `FindingsError` for the smallest example with findings.

    `together` is called once, with all that was drawn, `explicit` examples first; what it finds of one
    is confirmed by `alone`. Failures are stored under `title`, and tried first the next time.
    """
    drawn: dict[Drawn, Sequence[Finding]] = {}
    judging = False

    def meet(one: Drawn) -> None:
        if not judging:
            drawn[one] = ()
        elif one not in drawn or drawn[one]:
            must_find_nothing(alone(one) or drawn.get(one, ()))

    meet.__name__ = re.sub(r"\W", "_", title)
    # What --hypothesis-seed says; Hypothesis has no public name for it.
    random = Random() if core.global_force_seed is None else Random(f"{core.global_force_seed} {title}")  # noqa: S311
    numbers = [random.getrandbits(64) for _ in range(ceil(examples / FRESH))]

    def draw(how: settings) -> None:
        for number in numbers:
            test = seed(number)(given(strategy)(passing_through(meet)))
            for each in reversed(explicit):
                test = example(each)(test)
            how(test)()

    usual = settings(max_examples=FRESH)
    # Stored failures are drawn in both passes, or the same seed would not draw the same.
    draw(settings(usual, database=ReadOnlyDatabase(usual.database) if usual.database else None))
    drawn.update(together(list(drawn)))
    judging = True
    draw(usual)
