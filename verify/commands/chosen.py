"""What -k chooses: parts of the names of tests and checks. Looked at before a run begins."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verify.errors import CannotRunError
from verify.written_tests import checks_named, test_functions

if TYPE_CHECKING:
    from _pytest.mark.expression import Expression

WORDS = re.compile(r"[^\s()]+")
OPERATORS = {"and", "or", "not"}
Names = frozenset[str]  # those by which a test can be chosen


def must_choose_something(keyword: str, tests: Sequence[Path], is_met: Callable[[], bool]) -> None:
    """Given what -k says, and folders or modules of tests, raise `CannotRunError` where it is wrong.

    `is_met` asks pytest, which takes longer: only pytest knows what a test is run with.
    """
    expression = expression_of(keyword)
    named = list(names_in(tests))
    if any(expression.evaluate(partial(_met, names)) for names in named) or is_met():
        return
    known = frozenset[str]().union(*named)
    near = [each for word in WORDS.findall(keyword) if word not in OPERATORS for each in near_names(word, known)]
    meant = f" (did you mean {' or '.join(near)}?)" if near else ""
    raise CannotRunError(f"no test matches -k {keyword!r}{meant}: give parts of the names of tests or checks")


def expression_of(keyword: str) -> "Expression":
    """Given what -k says, return it as pytest reads it. Raise `CannotRunError` where pytest could not."""
    from _pytest.mark.expression import Expression  # noqa: PLC0415 - pytest offers no public way to ask

    try:
        return Expression.compile(keyword)
    except SyntaxError as error:
        raise CannotRunError(
            f"-k {keyword!r} is no expression ({error.msg}): combine parts of names by and, or, not and parentheses"
        ) from error


def names_in(tests: Iterable[Path]) -> Iterator[Names]:
    """Given folders or modules of tests, yield the names of each test: its own, its module's, its checks'."""
    for path in tests:
        for module in sorted(path.rglob("test_*.py")) if path.is_dir() else [path]:
            for function in test_functions(module):
                yield frozenset({module.name, function.name, *checks_named(function)})


def near_names(word: str, known: Names, most: int = 2) -> list[str]:
    """Given a word that is part of no name, return the names that are like it, or have a part that is."""
    if _is_in(word, known):
        return []
    parts = {part: name for name in sorted(known) for part in (name, *re.split(r"[-_]", name))}
    near = difflib.get_close_matches(word.lower(), parts, n=most, cutoff=0.75)
    return list(dict.fromkeys(parts[part] for part in near))


def _met(names: Names, word: str, /, **_: object) -> bool:
    return _is_in(word, names)


def _is_in(word: str, names: Names) -> bool:
    return any(word.lower() in name.lower() for name in names)
