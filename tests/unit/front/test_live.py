"""What is shown of a run while nothing is decided: steps, on a terminal and in a log."""

import io

from rich.console import Console

from verify import progress
from verify.report.screen.live import Live


def live(*, terminal: bool = False) -> tuple[Live, io.StringIO, list[str]]:
    stream, told = io.StringIO(), list[str]()
    console = Console(file=stream, width=80, force_terminal=terminal, _environ={})
    return Live(console, told.append, "collecting the tests"), stream, told


def test_a_log_is_told_how_far_the_run_is_and_what_it_does() -> None:
    shown, _, _ = live()
    assert shown.sign_of_life().endswith(": collecting the tests")
    shown.start()
    shown.expect(12)
    shown.advance()
    progress.say("restoring a/b (3.0 MB to download)")
    shown.stop()
    assert shown.sign_of_life().startswith("… 1 of 12 tests, ")
    assert shown.sign_of_life().endswith(" s: restoring a/b (3.0 MB to download)")


def test_after_the_run_nothing_is_heard() -> None:
    shown, _, _ = live()
    shown.start()
    shown.stop()
    shown.stop()
    progress.say("something else")
    assert shown.step == "collecting the tests"


def test_a_log_is_not_told_of_what_is_over_at_once() -> None:
    shown, stream, told = live()
    shown.start()
    progress.say("a step")
    shown.stop()
    assert (stream.getvalue(), told) == ("", [])


def test_a_log_is_told_once_nothing_was_printed_for_long() -> None:
    shown, _, told = live()
    shown._patience = 0.0
    shown._last -= 1
    shown.start()
    while not told:
        pass
    shown.stop()
    assert told[0].endswith(": collecting the tests")


def test_a_terminal_shows_the_step() -> None:
    shown, stream, told = live(terminal=True)
    shown.start()
    progress.say("installing duplicity 3.2.1")
    shown.stop()
    assert "installing duplicity 3.2.1" in stream.getvalue()
    assert told == []


def test_many_things_are_told_now_and_then() -> None:
    heard: list[str] = []
    with progress.heard_by(heard.append):
        assert sum(1 for _ in progress.counting(range(45_000), "paths looked at")) == 45_000
    assert heard == ["20,000 paths looked at", "40,000 paths looked at"]
