"""What people are told of a run, each thing once."""

from dataclasses import replace

from verify.checks import Finding
from verify.report.digest import Gap, failures_of, gaps_of
from verify.report.outcome import Ending, Planned, Run, TestResult, fold


def failed(name: str, *findings: Finding) -> TestResult:
    return TestResult(f"m.py::{name}", Planned(("content",), "embedded"), Ending.FINDINGS, findings=findings)


def refused(hint: str) -> Finding:
    return Finding("command-succeeds", "", "exit code 0", "exit code 23", hint)


def test_a_finding_without_a_path_is_told_once_with_the_tests_that_say_the_same() -> None:
    first, second, third = (failed(name, refused(f"in /tmp/{name}")) for name in ("a[1]", "b", "c"))
    (failure,) = failures_of([first, second, third])
    assert failure.name == "a[1]"
    (told,) = failure.findings
    assert (told.finding.hint, told.alike) == ("in /tmp/a[1]", ("b", "c"))


def test_a_test_with_something_new_is_told_without_what_is_known() -> None:
    new = Finding("content", "x", "1", "2")
    failures = failures_of([failed("a", refused("")), failed("b", refused(""), new)])
    assert [[told.finding for told in failure.findings] for failure in failures] == [[refused("")], [new]]


def test_findings_with_a_path_are_told_each_time() -> None:
    lost = Finding("content", "x", "1", "2")
    failures = failures_of([failed("a", lost), failed("b", lost)])
    assert [failure.findings[0].alike for failure in failures] == [(), ()]


def test_what_is_not_proven_is_told_by_its_reason(run: Run) -> None:
    assert gaps_of(run) == [
        Gap("a test that decides it failed by another check: command-succeeds", ("listing",), ()),
        Gap("no real folder was given with --source", ("source-not-empty",), ("env-file-reads-alike",)),
    ]


def test_a_run_that_could_not_run_has_no_gaps_but_its_sentence(run: Run) -> None:
    assert gaps_of(replace(run, tests=())) == []


def test_a_check_that_failed_by_another_is_not_told_by_what_was_skipped(run: Run) -> None:
    skipped = TestResult("m.py::b", Planned(("content",), "embedded"), Ending.SKIPPED, reason="needs docker")
    tests = (failed("a", refused("")), skipped)
    (gap,) = gaps_of(replace(run, tests=tests, checks=(fold("content", "embedded", tests),)))
    assert gap == Gap("a test that decides it failed by another check: command-succeeds", ("content",), ())
