"""Tests folded into checks, and checks into a verdict."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from verify.checks import Finding, Severity
from verify.plurals import counted
from verify.report.outcome import Ending, Outcome, Planned, Run, TestResult, Verdict, fold
from verify.report.wording import verdict_words

START = datetime(2026, 11, 25, tzinfo=UTC)
LOST = Finding("content", "a", "1 byte", "none")
OLD = Finding("fresh", "", "26 h", "3 days")
IDLE = Finding("rules-effective", "a", "a path", "none")
OTHER = Finding("command-succeeds", "", "exit code 0", "exit code 23")


def ended(check: str, ending: Ending, *findings: Finding, reason: str = "") -> TestResult:
    return TestResult(f"m.py::t{check}", Planned((check,), "embedded"), ending, 0.5, reason, findings)


def run_of(
    *tests: TestResult, troubles: Iterable[str] = (), chosen: str = "", fail_on: Severity = Severity.AT_RISK
) -> Run:
    ids = dict.fromkeys(check for each in tests for check in (*each.planned.checks, *(f.check for f in each.findings)))
    checks = tuple(fold(check, "embedded", tests) for check in ids)
    end = START + timedelta(seconds=3)
    return Run(START, end, checks, tests, troubles=tuple(troubles), chosen=chosen, fail_on=fail_on)


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
        (
            run_of(ended("content", Ending.FINDINGS, LOST)),
            Verdict.FINDINGS, 1, "1 finding: 1 would not come back (content)",
        ),
        (
            run_of(ended("content", Ending.FINDINGS, LOST, OTHER), troubles=["the store died"]),
            Verdict.FINDINGS, 1,
            "2 findings: 2 would not come back (content, command-succeeds); besides, the store died",
        ),
        (run_of(ended("content", Ending.PASSED), troubles=["a"]), Verdict.COULD_NOT_RUN, 2, "a"),
        (run_of(ended("content", Ending.PASSED), troubles=["a", "b", "c"]), Verdict.COULD_NOT_RUN, 2, "a (and 2 more)"),
        (run_of(ended("content", Ending.SKIPPED, reason="r")), Verdict.COULD_NOT_RUN, 2, "no check was decided: r"),
        (run_of(), Verdict.COULD_NOT_RUN, 2, "no check was decided"),
        (run_of(chosen="nothing"), Verdict.COULD_NOT_RUN, 2, "no test matches 'nothing'"),
    ],
)  # fmt: skip
def test_a_run_is_what_its_checks_make_of_it(run: Run, verdict: Verdict, code: int, sentence: str) -> None:
    assert (run.verdict, run.exit_code, run.sentence) == (verdict, code, sentence)
    assert run.seconds == 3


HOLDS = ended("listing", Ending.PASSED)
FOUND = {
    Severity.LOST: ended("content", Ending.FINDINGS, LOST),
    Severity.AT_RISK: ended("fresh", Ending.FINDINGS, OLD),
    Severity.TIDY_UP: ended("rules-effective", Ending.FINDINGS, IDLE),
}


@pytest.mark.parametrize(
    ("found", "fail_on", "verdict", "code"),
    [
        ("lost", "lost", Verdict.FINDINGS, 1),
        ("lost", "at-risk", Verdict.FINDINGS, 1),
        ("lost", "tidy-up", Verdict.FINDINGS, 1),
        ("at-risk", "lost", Verdict.FINDINGS, 0),
        ("at-risk", "at-risk", Verdict.FINDINGS, 1),
        ("at-risk", "tidy-up", Verdict.FINDINGS, 1),
        ("tidy-up", "lost", Verdict.PROVEN, 0),
        ("tidy-up", "at-risk", Verdict.PROVEN, 0),
        ("tidy-up", "tidy-up", Verdict.FINDINGS, 1),
    ],
)
def test_what_makes_the_exit_code_1_is_chosen_and_a_backup_at_risk_is_never_proven(
    found: str, fail_on: str, verdict: Verdict, code: int
) -> None:
    run = run_of(HOLDS, FOUND[Severity(found)], fail_on=Severity(fail_on))
    assert (run.verdict, run.exit_code) == (verdict, code)


@pytest.mark.parametrize(
    ("run", "shout", "sentence"),
    [
        (
            run_of(*reversed(FOUND.values())), "FINDINGS",
            "3 findings: 1 would not come back, 1 at risk or exposed, 1 to tidy up (content, fresh, rules-effective)",
        ),
        (
            run_of(HOLDS, FOUND[Severity.AT_RISK], fail_on=Severity.LOST), "FINDINGS",
            "1 finding: 1 at risk or exposed (fresh); exit code 0, as --fail-on lost says",
        ),
        (
            run_of(HOLDS, ended("rules-effective", Ending.FINDINGS, IDLE, IDLE)), "PROVEN, 2 to tidy up",
            "1 check holds; 2 to tidy up (rules-effective)",
        ),
        (
            run_of(FOUND[Severity.TIDY_UP]), "FINDINGS",
            "1 finding: 1 to tidy up (rules-effective); exit code 0, as --fail-on at-risk says",
        ),
        (
            run_of(HOLDS, FOUND[Severity.TIDY_UP], troubles=["the store died"]), "COULD NOT RUN",
            "the store died; besides, 1 finding: 1 to tidy up (rules-effective)",
        ),
    ],
)  # fmt: skip
def test_the_verdict_counts_findings_the_gravest_first(run: Run, shout: str, sentence: str) -> None:
    assert (verdict_words(run), run.sentence) == (shout, sentence)


def test_a_check_is_as_grave_as_its_gravest_finding() -> None:
    worse = replace(OLD, severity=Severity.LOST)
    tests = [ended("fresh", Ending.FINDINGS, OLD), ended("fresh", Ending.FINDINGS, worse)]
    assert fold("fresh", "embedded", tests).severity is Severity.LOST
    assert fold("fresh", "embedded", tests[:1]).severity is Severity.AT_RISK
    assert fold("fresh", "embedded", []).severity is Severity.AT_RISK


def test_nouns_have_plurals() -> None:
    assert [counted(number, "test") for number in (0, 1, 2, 1234)] == ["0 tests", "1 test", "2 tests", "1,234 tests"]
