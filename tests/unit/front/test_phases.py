"""A test from the reports of its phases."""

from typing import Any

import pytest

from verify.checks import Finding
from verify.report.outcome import Ending, Planned, TestResult
from verify.report.phases import chooser_of, folded, last_line

LOST = Finding("content", "a", "1 byte", "none")
NAME = "m.py::test_it[embedded-a b]"


def phase(when: Any, outcome: Any = "passed", longrepr: Any = None, **properties: Any) -> pytest.TestReport:
    told = [(name.replace("_", "-"), value) for name, value in properties.items()]
    return pytest.TestReport(
        NAME, ("m.py", 1, "test_it"), {}, outcome, longrepr, when, duration=0.5, user_properties=told
    )


def fold(*phases: pytest.TestReport) -> TestResult:
    return folded(list(phases), Planned(("content",), "embedded"), "duplicity-verify --runtime=embedded")


def test_a_test_takes_the_time_of_its_fixtures_too() -> None:
    result = fold(phase("setup"), phase("call"), phase("teardown"))
    assert (result.ending, result.reason, result.seconds) == (Ending.PASSED, "", 1.5)
    assert result.planned == Planned(("content",), "embedded")


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_an_error_in_any_phase_is_one(when: str) -> None:
    phases = [
        phase(each, "failed" if each == when else "passed", "E  KeyError: 'x'")
        for each in ("setup", "call", "teardown")
    ]
    assert (fold(*phases).ending, fold(*phases).reason) == (Ending.ERROR, "KeyError: 'x'")


def test_a_finding_outweighs_the_trouble_after_it() -> None:
    last = phase("teardown", "failed", "x", finding=LOST.as_json(), could_not_run="the store died")
    assert fold(phase("setup"), phase("call", "failed", "x"), last).ending is Ending.FINDINGS


def test_trouble_is_its_sentence() -> None:
    result = fold(phase("setup", "failed", "x"), phase("teardown", could_not_run="no engine answers"))
    assert (result.ending, result.reason) == (Ending.COULD_NOT_RUN, "no engine answers")


def test_a_finding_says_how_to_see_it_again() -> None:
    (found,) = fold(phase("setup"), phase("call", "failed", "x"), phase("teardown", finding=LOST.as_json())).findings
    assert found.reproduce == "duplicity-verify --runtime=embedded -k test_it"


def test_a_finding_that_knows_a_better_command_keeps_it() -> None:
    own = Finding("content", "a", "1", "2", reproduce="duplicity restore …").as_json()
    (found,) = fold(phase("call", "failed", "x"), phase("teardown", finding=own)).findings
    assert found.reproduce == "duplicity restore …"


@pytest.mark.parametrize(
    ("longrepr", "reason"),
    [
        (("m.py", 1, "Skipped: no folder was given"), "no folder was given"),
        ("E  Skipped: in a fixture", "Skipped: in a fixture"),
    ],
)
def test_a_skipped_test_says_why(longrepr: Any, reason: str) -> None:
    result = fold(phase("setup", "skipped", longrepr), phase("teardown"))
    assert (result.ending, result.reason) == (Ending.SKIPPED, reason)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nE   AssertionError: x\nE     and more\n\nm.py:1: AssertionError", "AssertionError: x"),
        ("E   KeyError: x\nDuring handling of it:\nE   AssertionError: y\nE     z", "AssertionError: y"),
        ("one\n\ntwo\n\n", "two"),
        ("", "no reason was given"),
    ],
)
def test_a_traceback_is_told_by_the_line_that_names_the_error(text: str, line: str) -> None:
    assert last_line(text) == line


def test_a_test_is_run_again_by_its_check_where_no_other_test_has_it() -> None:
    plan = {
        "m.py::test_answers[embedded]": Planned(("destination-reachable",)),
        "m.py::test_comes_back[a]": Planned(("content", "metadata")),
        "m.py::test_comes_back[b]": Planned(("content", "metadata")),
        "m.py::test_points": Planned(("content", "contents-usable")),
    }
    answers, back, points = "m.py::test_answers[embedded]", "m.py::test_comes_back[a]", "m.py::test_points"
    assert chooser_of(answers, "destination-reachable", plan) == "destination-reachable"
    assert chooser_of(back, "metadata", plan) == "metadata"
    assert chooser_of(back, "content", plan) == "test_comes_back"
    assert chooser_of(points, "contents-usable", plan) == "contents-usable"
    assert chooser_of(answers, "content", plan) == "test_answers"
    assert chooser_of(answers, "destination-reachable", {}) == "test_answers"
