"""What goes on at the moment in this process, for whoever shows it: steps that take longer than a glance."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")
Listener = Callable[[str], None]
EVERY = 20_000  # things of which a count is told

_listeners: list[Listener] = []


def say(step: str) -> None:
    """Given a step that begins, tell those who listen. Costs nothing where nobody does."""
    for listener in _listeners:
        listener(step)


def counting(things: Iterable[Thing], what: str) -> Iterator[Thing]:
    """Given things and what they are, yield them, and tell from time to time how many there were."""
    for number, thing in enumerate(things, 1):
        if not number % EVERY:
            say(f"{number:,} {what}")
        yield thing


@contextlib.contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let a function hear each step while this lasts."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
