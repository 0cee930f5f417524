"""Bodies run side by side, and one answer serves all that ask for the same."""

from collections.abc import Mapping
from typing import Any

import pytest

from verify.lab.packs.side_by_side import Request, ask, run


class Served:
    """Answers each request with what was asked, and remembers who asked together."""

    def __init__(self) -> None:
        self.groups: list[tuple[str, tuple[Any, ...], list[int]]] = []

    def __call__(self, command: str, shared: tuple[Any, ...], asked: Mapping[int, Any]) -> dict[int, Any]:
        self.groups.append((command, shared, sorted(asked)))
        return {number: f"{command} {own}" for number, own in asked.items()}


def test_equal_requests_are_answered_together_and_each_gets_its_own_answer() -> None:
    served, answers = Served(), {}

    def body(number: int) -> None:
        answers[number] = [ask(Request("full", own=number)), ask(Request("restore", (1,), own=-number))]

    assert run([lambda n=n: body(n) for n in range(3)], served) == [None] * 3  # type: ignore[misc]
    assert served.groups == [("full", (), [0, 1, 2]), ("restore", (1,), [0, 1, 2])]
    assert answers == {n: [f"full {n}", f"restore {-n}"] for n in range(3)}


def test_a_body_that_raises_is_left_out_from_then_on() -> None:
    served, error = Served(), ValueError("mine")

    def body(fails: bool) -> None:
        ask(Request("one"))
        if fails:
            raise error
        ask(Request("two"))

    assert run([lambda: body(True), lambda: body(False)], served) == [error, None]
    assert served.groups == [("one", (), [0, 1]), ("two", (), [1])]


def test_bodies_that_ask_for_different_things_are_served_in_turn_the_fewest_first() -> None:
    served = Served()
    run([lambda: ask(Request("a", (1,))), lambda: ask(Request("a", (2,))), lambda: ask(Request("a", (1,)))], served)
    assert served.groups == [("a", (2,), [1]), ("a", (1,), [0, 2])]


def test_a_body_that_asks_for_more_than_the_others_is_waited_for() -> None:
    served = Served()

    def body(more: bool) -> None:
        ask(Request("full"))
        if more:
            ask(Request("path"))
        ask(Request("full"))

    run([lambda: body(False), lambda: body(True), lambda: body(False)], served)
    assert served.groups == [("full", (), [0, 1, 2]), ("path", (), [1]), ("full", (), [0, 1, 2])]


def test_an_answer_that_is_an_error_is_raised_in_the_body() -> None:
    refused = ValueError("refused")

    def body() -> None:
        with pytest.raises(ValueError, match="refused"):
            ask(Request("a"))

    assert run([body], lambda *_: {0: refused}) == [None]


def test_what_the_server_raises_ends_every_body() -> None:
    ended = []

    def body(number: int) -> None:
        try:
            ask(Request("a"))
        finally:
            ended.append(number)

    def serve(*_: object) -> dict[int, Any]:
        raise OSError("dead")

    with pytest.raises(OSError, match="dead"):
        run([lambda: body(0), lambda: body(1)], serve)
    assert ended == [0, 1]


def test_nobody_answers_outside() -> None:
    with pytest.raises(RuntimeError, match="outside of a pack"):
        ask(Request("a"))
