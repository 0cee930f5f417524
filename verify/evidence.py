"""What an exception says of a backup: findings, or why no verdict was possible."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from verify.checks import CATALOGUE, Finding, FindingsError, gravest_first
from verify.errors import CannotRunError, no_space
from verify.properties import Property

SHOWN = 20  # findings printed of one test; a report has them all


class CouldNotRun(BaseException):
    """A `CannotRunError` on its way through Hypothesis, which would catch it and shrink."""


@dataclass(frozen=True)
class Evidence:
    """What to print instead of a traceback, and what a report's user properties take."""

    text: str
    properties: list[tuple[str, Any]]


def passing_through(test: Callable[..., Any]) -> Callable[..., Any]:
    """Given the body of a Hypothesis test, return one that `CannotRunError` ends at once."""
    if hasattr(test, "passes_through"):
        return test  # parametrized items share a function

    @functools.wraps(test)
    def body(*args: Any, **kwargs: Any) -> Any:
        try:
            return test(*args, **kwargs)
        except (CannotRunError, OSError) as error:
            if _trouble(error):
                raise CouldNotRun(str(error)) from error
            raise

    body.passes_through = True  # type: ignore[attr-defined]  # functions take attributes
    return body


def told_by(error: BaseException) -> Evidence | None:
    """Given what a test raised, return what it says of the backup; None where its traceback says more.

    The outermost error decides: one that was met while handling the other knows more. A test that skips itself says
    why by that alone.
    """
    if isinstance(error, pytest.skip.Exception):
        return None
    chain = list(chained(error))
    deciding = next((one for one in chain if isinstance(one, FindingsError) or _trouble(one)), None)
    if deciding is not None and (trouble := _trouble(deciding)):
        return Evidence(f"could not run: {trouble}", [Property.COULD_NOT_RUN.with_value(trouble)])
    findings = dict.fromkeys(found for one in chain if isinstance(one, FindingsError) for found in one.findings)
    if not findings:
        return None
    notes = dict.fromkeys(note for one in chain for note in getattr(one, "__notes__", ()))
    told: list[tuple[str, Any]] = [Property.FINDING.with_value(found.as_json()) for found in findings]
    if notes:
        told.append(Property.EXAMPLE.with_value("\n".join(notes)))
    return Evidence("\n\n".join([*_printed(gravest_first(findings)), *notes]), told)


def _trouble(error: BaseException) -> str:
    """Given an exception, return why no verdict was possible if that is what it says, else an empty string."""
    if isinstance(error, CannotRunError):
        return str(error)
    return no_space(error)


def _printed(findings: list[Finding]) -> list[str]:
    more = len(findings) - SHOWN
    return [*map(str, findings[:SHOWN]), *([f"and {more} more findings"] if more > 0 else [])]


def chained(error: BaseException) -> Iterator[BaseException]:
    """Given an exception, yield it, the members of a group, and its causes, each once, outermost first."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [cause for cause in (one.__cause__, None if one.__suppress_context__ else one.__context__) if cause]


def checks_of(item: pytest.Item) -> tuple[str, ...]:
    """Given an item, return the ids of the checks that it decides, in the catalogue's order."""
    ids = getattr(getattr(item, "function", None), "verify_checks", ())
    return tuple(check for check in CATALOGUE if check in ids)


def runtime_of(item: pytest.Item) -> str:
    """Given an item, return the runtime of the lab or drill that it asks for; empty where it asks for none."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return str(params.get("lab") or params.get("drill", ""))
