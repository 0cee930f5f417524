"""A report says of each check whether it was proven now, or when."""

from datetime import UTC, datetime, timedelta

from verify.proofs.proof import Proof
from verify.report.json_report import report_of
from verify.report.outcome import CheckResult, Ending, Outcome, Planned, Run, TestResult, fold
from verify.report.wording import said_of

DAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
OLD, NEW = Proof(DAY, "nightly"), Proof(DAY + timedelta(days=1), "default")


def ended(ending: Ending, proof: Proof | None = None) -> TestResult:
    return TestResult(f"m.py::t{ending}{proof}", Planned(("listing",), "embedded"), ending, proof=proof)


def check_of(*tests: TestResult) -> CheckResult:
    return fold("listing", "embedded", tests)


NOW = ended(Ending.PASSED)
BEFORE, LATER = ended(Ending.REMEMBERED, OLD), ended(Ending.REMEMBERED, NEW)


def test_a_check_whose_tests_were_all_remembered_is_proven_since_the_oldest_of_them() -> None:
    check = check_of(LATER, BEFORE)
    assert (check.outcome, check.is_remembered, check.proofs) == (Outcome.PROVEN, True, (OLD, NEW))
    assert said_of(check, set()) == "proven 2026-11-29 (nightly)"


def test_a_check_of_which_some_tests_ran_says_what_did_not() -> None:
    check = check_of(NOW, BEFORE)
    assert (check.outcome, check.is_remembered) == (Outcome.PROVEN, False)
    assert said_of(check, set()) == f"{check.meaning}; 1 test proven 2026-11-29 (nightly)"


def test_a_check_that_was_proven_now_says_no_day() -> None:
    assert said_of(check_of(NOW), set()) == check_of(NOW).meaning


def test_a_finding_is_one_whatever_was_remembered() -> None:
    failed = TestResult("m.py::f", Planned(("listing",), "embedded"), Ending.ERROR, reason="KeyError")
    assert check_of(BEFORE, failed).outcome is Outcome.ERROR


def test_the_sentence_and_the_json_say_it_too() -> None:
    checks = (check_of(BEFORE), fold("content", "embedded", [TestResult("c", Planned(("content",)), Ending.PASSED)]))
    run = Run(DAY, DAY + timedelta(seconds=3), checks, (BEFORE,), profile="default")
    assert run.sentence == "2 checks hold, 1 of them as proven before, first on 2026-11-29 (nightly)"
    first, second = report_of(run)["checks"]
    assert (first["remembered"], first["proven_before"]) == (True, OLD.as_json())
    assert [test["proven_before"] for test in first["tests"]] == [OLD.as_json()]
    assert (second["remembered"], second["proven_before"]) == (False, None)
