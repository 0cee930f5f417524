"""Runs a `@given` test with a body of our own: to collect what it draws, or to raise a known result.

All of Hypothesis that packs depend on is here, as of 6.170. Public: `given`, `seed`, `settings`, and that
equal seeds draw equally as long as no example fails. Not public, and stable for years: a test's settings,
the strategies that `given` was called with, and that functions of one source share the database's examples.
"""
# ruff: noqa: SLF001 - see above

import functools
import inspect
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import hypothesis
from hypothesis import Phase, given, settings

Test = Callable[..., None]
Example = Mapping[str, Any]  # what was drawn, by the names of the test's arguments
Key = Hashable


class _Fixture:
    """Stands for a fixture in the examples that Hypothesis prints; shows its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def settings_of(test: Any) -> settings:
    """Given a test, return the settings that it runs with."""
    own: settings = test._hypothesis_internal_use_settings
    return own


def drawn_by(test: Any) -> frozenset[str]:
    """Given a test, return the names of its arguments that are drawn."""
    return frozenset(test.hypothesis._given_kwargs)


def body_of(test: Any) -> Callable[..., None] | None:
    """Given a Hypothesis test, return its body; None for anything else."""
    handle = getattr(test, "hypothesis", None)
    return handle.inner_test if handle else None


def has_blob(test: Any) -> bool:
    """Return whether a test is decorated with `reproduce_failure`: it runs that one example, and nothing else."""
    return getattr(test, "_hypothesis_internal_use_reproduce_failure", None) is not None


def key_of(example: Example) -> Key:
    """Return a key for an example: its values, or how they are printed where these cannot be hashed."""
    key = tuple(sorted(example.items(), key=lambda item: item[0]))
    try:
        hash(key)
    except TypeError:  # a list, say
        return repr(key)
    return key


def collected(test: Any, own: settings, *, seed: int, examples: int) -> list[Example]:
    """Given a test and a seed, return what it draws where nothing fails, each example once."""
    found: dict[Key, Example] = {}

    def collect(example: Example) -> None:
        found.setdefault(key_of(example), example)

    only_draws = settings(own, max_examples=examples, phases=[Phase.generate], database=None)
    with_body(test, collect, only_draws, seed)()
    return list(found.values())


def with_body(test: Any, body: Callable[[Example], None], own: settings, seed: int | None = None) -> Callable[[], None]:
    """Given a test, return one that draws the same and calls a body with what is drawn."""
    drawn = test.hypothesis._given_kwargs
    fixtures = {name: _Fixture(name) for name in inspect.signature(test.hypothesis.inner_test).parameters}

    @functools.wraps(test.hypothesis.inner_test)
    def called(**arguments: Any) -> None:
        body({name: value for name, value in arguments.items() if name in drawn})

    made: Any = given(**drawn)(called)
    made.hypothesis_explicit_examples = getattr(test, "hypothesis_explicit_examples", ())
    if seed is not None:
        made = hypothesis.seed(seed)(made)
    made = own(made)  # after the seed, which would take the database away
    return functools.partial(made, **{name: value for name, value in fixtures.items() if name not in drawn})
