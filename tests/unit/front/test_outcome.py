"""Tests folded into checks, and checks into a verdict."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from verify.checks import Finding
from verify.report.outcome import Ending, Outcome, Planned, Run, TestResult, Verdict, counted, fold

START = datetime(2026, 11, 25, tzinfo=UTC)
LOST = Finding("content", "a", "1 byte", "none")
OTHER = Finding("command-succeeds", "", "exit code 0", "exit code 23")


def ended(check: str, ending: Ending, *findings: Finding, reason: str = "") -> TestResult:
    return TestResult(f"m.py::t{check}", Planned((check,), "embedded"), ending, 0.5, reason, findings)


def run_of(*tests: TestResult, troubles: Iterable[str] = (), chosen: str = "") -> Run:
    ids = dict.fromkeys(check for each in tests for check in (*each.planned.checks, *(f.check for f in each.findings)))
    checks = tuple(fold(check, "embedded", tests) for check in ids)
    end = START + timedelta(seconds=3)
    return Run(START, end, checks, tests, troubles=tuple(troubles), chosen=chosen)


@pytest.mark.parametrize(
    ("tests", "outcome", "reason"),
    [
        ([ended("content", Ending.PASSED)], Outcome.PROVEN, ""),
        ([ended("content", Ending.PASSED), ended("content", Ending.SKIPPED, reason="r")], Outcome.PROVEN, ""),
        (
            [ended("content", Ending.SKIPPED, reason="r"), ended("content", Ending.SKIPPED, reason="s")],
            Outcome.NOT_PROVEN, "r; s",
        ),
        ([], Outcome.NOT_PROVEN, "no test that decides it was run"),
        ([ended("content", Ending.PASSED), ended("content", Ending.FINDINGS, LOST)], Outcome.FINDING, ""),
        ([ended("content", Ending.ERROR, reason="r"), ended("content", Ending.FINDINGS, LOST)], Outcome.FINDING, ""),
        ([ended("content", Ending.PASSED), ended("content", Ending.ERROR, reason="r")], Outcome.ERROR, "r"),
        ([ended("content", Ending.COULD_NOT_RUN, reason="r")], Outcome.ERROR, "r"),
        (
            [ended("content", Ending.PASSED), ended("content", Ending.FINDINGS, OTHER)],
            Outcome.NOT_PROVEN,
            "another check failed first: command-succeeds",
        ),
        ([ended("listing", Ending.FINDINGS, LOST)], Outcome.FINDING, ""),
    ],
)  # fmt: skip
def test_a_check_is_what_its_tests_make_of_it(tests: list[TestResult], outcome: str, reason: str) -> None:
    folded = fold("content", "embedded", tests)
    assert (folded.outcome, folded.reason) == (outcome, reason)
    assert folded.seconds == 0.5 * len(tests)


def test_tests_of_other_checks_do_not_count() -> None:
    assert fold("content", "embedded", [ended("listing", Ending.PASSED)]).tests == ()


@pytest.mark.parametrize(
    ("run", "verdict", "code", "sentence"),
    [
        (run_of(ended("content", Ending.PASSED)), Verdict.PROVEN, 0, "1 check holds"),
        (
            run_of(ended("content", Ending.PASSED), ended("listing", Ending.SKIPPED, reason="r")),
            Verdict.PROVEN, 0, "1 check holds, 1 not proven (listing)",
        ),
        (
            run_of(ended("content", Ending.PASSED), chosen="x or y"),
            Verdict.PROVEN, 0, "1 check holds, of the tests that match 'x or y'",
        ),
        (run_of(ended("content", Ending.FINDINGS, LOST)), Verdict.FINDINGS, 1, "1 finding (content)"),
        (
            run_of(ended("content", Ending.FINDINGS, LOST, OTHER), troubles=["the store died"]),
            Verdict.FINDINGS, 1, "2 findings (content, command-succeeds); besides, the store died",
        ),
        (run_of(ended("content", Ending.PASSED), troubles=["a"]), Verdict.COULD_NOT_RUN, 2, "a"),
        (run_of(ended("content", Ending.PASSED), troubles=["a", "b", "c"]), Verdict.COULD_NOT_RUN, 2, "a (and 2 more)"),
        (run_of(ended("content", Ending.SKIPPED, reason="r")), Verdict.COULD_NOT_RUN, 2, "no check was decided: r"),
        (run_of(), Verdict.COULD_NOT_RUN, 2, "no check was decided"),
        (run_of(chosen="nothing"), Verdict.COULD_NOT_RUN, 2, "no test matches 'nothing'"),
    ],
)  # fmt: skip
def test_a_run_is_what_its_checks_make_of_it(run: Run, verdict: Verdict, code: int, sentence: str) -> None:
    assert (run.verdict, run.verdict.exit_code, run.sentence) == (verdict, code, sentence)
    assert run.seconds == 3


def test_nouns_have_plurals() -> None:
    assert [counted(number, "test") for number in (0, 1, 2, 1234)] == ["0 tests", "1 test", "2 tests", "1,234 tests"]
