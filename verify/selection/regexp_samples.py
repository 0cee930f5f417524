"""Texts that hold a match of a regular expression. Always the same ones.

Hypothesis has a strategy for that; a job's rules are to be tried on the same tree every night.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from re import _constants as ops  # type: ignore[attr-defined]  # there is no public way to a parsed expression
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any

from verify.selection.globs import compiled

_LIKELY = "x5_ -."  # characters that names have


class NotGeneratedError(Exception):
    """An expression that no text is made of; `str()` of it says why."""


def regexp_instances(expression: str) -> Iterator[str]:
    """Given a regular expression that compiles, yield texts that hold a match of it, as far as they are found.

    Raise `NotGeneratedError` where one of its parts depends on another.
    """
    with warnings.catch_warnings(action="ignore"):
        parsed = parser.parse(expression)
    search = compiled(expression).search
    for turn in range(2):
        text = _Sampler(turn).text(parsed)
        if search(text):
            yield text


@dataclass(frozen=True)
class _Sampler:
    """Makes one text of a parsed expression. Of two alternatives, `turn` chooses the first or the second."""

    turn: int
    groups: dict[int, str] = field(default_factory=dict)

    def text(self, parsed: Any) -> str:
        return "".join(self._part(operation, argument) for operation, argument in parsed)

    def _part(self, operation: Any, argument: Any) -> str:
        if operation not in _PARTS:
            raise NotGeneratedError("one of its parts depends on another")
        return _PARTS[operation](self, argument)

    def branch(self, argument: Any) -> str:
        alternatives = argument[1]
        return self.text(alternatives[self.turn % len(alternatives)])

    def group(self, argument: Any) -> str:
        self.groups[argument[0]] = self.text(argument[3])
        return self.groups[argument[0]]

    def repeated(self, argument: Any) -> str:
        fewest, most, inner = argument
        return "".join(self.text(inner) for _ in range(min(fewest + 1 - self.turn, most)))


def _of_set(items: Any) -> str:
    """Return a character that a set takes, a likely one if there is one."""
    own = "".join(chr(value) for kind, value in items if kind is ops.LITERAL)
    own += "".join(chr(value[0]) for kind, value in items if kind is ops.RANGE)
    negated = any(kind is ops.NEGATE for kind, _ in items)
    return next((each for each in _LIKELY + own if _is_in(each, items) != negated), "")


def _is_in(character: str, items: Any) -> bool:
    return any(
        (kind is ops.LITERAL and ord(character) == value)
        or (kind is ops.RANGE and value[0] <= ord(character) <= value[1])
        or (kind is ops.CATEGORY and bool(re.match(_CATEGORIES[value], character)))
        for kind, value in items
    )


_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_NOT_DIGIT: r"\D", ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_WORD: r"\w", ops.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _nothing(_sampler: _Sampler, _argument: Any) -> str:
    """Return the text of what only looks around: the search that follows decides whether it is right."""
    return ""


_PARTS: Mapping[Any, Callable[[_Sampler, Any], str]] = {
    ops.LITERAL: lambda _sampler, argument: chr(argument),
    ops.NOT_LITERAL: lambda _sampler, argument: _of_set([(ops.NEGATE, None), (ops.LITERAL, argument)]),
    ops.ANY: lambda _sampler, _argument: "x",
    ops.IN: lambda _sampler, argument: _of_set(argument),
    ops.BRANCH: _Sampler.branch,
    ops.SUBPATTERN: _Sampler.group,
    ops.ATOMIC_GROUP: lambda sampler, argument: sampler.text(argument),
    ops.GROUPREF: lambda sampler, argument: sampler.groups.get(argument, ""),
    ops.MAX_REPEAT: _Sampler.repeated,
    ops.MIN_REPEAT: _Sampler.repeated,
    ops.POSSESSIVE_REPEAT: _Sampler.repeated,
    ops.AT: _nothing,
    ops.ASSERT: _nothing,
    ops.ASSERT_NOT: _nothing,
}
