"""Runs test bodies side by side, each up to its next request, so that one command can answer many of them.

Bodies are plain functions. Threads could wait for each other just as well, but take 20 µs for what a
greenlet does in one, and run at times of their own; generators would make every test a coroutine.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


@dataclass(frozen=True, slots=True)
class Request:
    """What a body asks for. Requests of equal `command` and `shared` are answered together.

    `own` is what differs from one to the other.
    """

    command: str
    shared: tuple[Hashable, ...] = ()
    own: Any = None


Answers = Mapping[int, Any]  # by the body's number
Serve = Callable[[str, tuple[Hashable, ...], Mapping[int, Any]], Answers]


def ask(request: Request) -> Any:
    """Given a request of a body that `run` runs, return its answer, or raise it if it is an exception."""
    hub = getcurrent().parent
    if hub is None:
        raise RuntimeError("nobody serves requests outside of a pack")
    answer = hub.switch(request)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def run(bodies: Sequence[Callable[[], object]], serve: Serve) -> list[BaseException | None]:
    """Given bodies, and what answers requests, run all to their ends; return what each raised, None for nothing.

    Where their requests differ, the request of the fewest bodies is answered first. So a body that asks for more
    than the others catches up, and what all ask for next is still one command. If `serve` raises, all bodies
    end, and the error is raised.
    """
    raised: list[BaseException | None] = [None] * len(bodies)

    def caught(number: int) -> None:
        try:
            bodies[number]()
        except GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001 - it is the body's verdict
            raised[number] = error

    runners = [greenlet(caught) for _ in bodies]
    try:
        waiting = _waiting({number: runner.switch(number) for number, runner in enumerate(runners)})
        while waiting:
            key, group = _fewest(waiting)
            answers = serve(*key, group)
            waiting |= {number: runners[number].switch(answers[number]) for number in group}
            waiting = _waiting(waiting)
    finally:
        for runner in runners:
            if not runner.dead:
                runner.throw(GreenletExit)
    return raised


def _fewest(waiting: Mapping[int, Request]) -> tuple[tuple[str, tuple[Hashable, ...]], dict[int, Any]]:
    """Return the request that the fewest bodies wait for, and these bodies, so that they catch up with the others."""
    groups: dict[tuple[str, tuple[Hashable, ...]], dict[int, Any]] = {}
    for number, each in waiting.items():
        groups.setdefault((each.command, each.shared), {})[number] = each.own
    key = min(groups, key=lambda each: len(groups[each]))
    return key, groups[key]


def _waiting(said: Mapping[int, Any]) -> dict[int, Request]:
    """Return the requests of the bodies that have not ended."""
    return {number: each for number, each in said.items() if isinstance(each, Request)}
