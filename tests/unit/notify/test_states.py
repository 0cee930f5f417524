"""Which state a drill is told as, to whom, and that nothing but a proven backup is green."""

from dataclasses import replace

import pytest
from told_runs import FINDINGS, FRESH, LOST, PROVEN, STOPPED, TIDY, run_of

from verify.checks import Severity
from verify.notify.memory import ToldBefore
from verify.notify.summary import DrillSummary
from verify.notify.teller import is_told
from verify.report.outcome import Run


def summary(*runs: Run) -> DrillSummary:
    return DrillSummary("duplicity.env on here", {f"DST_{number}": run for number, run in enumerate(runs, 1)})


@pytest.mark.parametrize(
    ("runs", "green", "states"),
    [
        ([PROVEN], True, {"proven"}),
        ([run_of(TIDY)], True, {"proven", "tidy-up"}),
        ([FINDINGS], False, {"findings", "lost", "at-risk"}),
        ([STOPPED], False, {"could-not-run"}),
        ([run_of(FRESH, trouble="it stopped midway")], False, {"findings", "at-risk", "could-not-run"}),
        ([PROVEN, FINDINGS], False, {"findings", "lost", "at-risk"}),
        ([STOPPED, PROVEN], False, {"could-not-run"}),
        ([FINDINGS, STOPPED], False, {"findings", "lost", "at-risk", "could-not-run"}),
        ([], False, {"could-not-run"}),
    ],
)
def test_the_worst_run_is_what_is_told(runs: list[Run], green: bool, states: set[str]) -> None:
    assert (summary(*runs).is_green, set(summary(*runs).states)) == (green, states)


def test_findings_that_do_not_count_for_the_exit_code_are_not_green() -> None:
    lenient = replace(run_of(FRESH), fail_on=Severity.LOST)
    assert (lenient.exit_code, summary(lenient).is_green) == (0, False)


@pytest.mark.parametrize(
    ("run", "on", "before", "told"),
    [
        (PROVEN, ("findings", "could-not-run"), ToldBefore(), False),
        (PROVEN, ("proven",), ToldBefore(), True),
        (FINDINGS, ("findings",), ToldBefore(), True),
        (FINDINGS, ("lost",), ToldBefore(), True),
        (run_of(FRESH), ("lost",), ToldBefore(), False),
        (STOPPED, ("findings",), ToldBefore(), False),
        (STOPPED, ("could-not-run",), ToldBefore(), True),
        (PROVEN, ("findings",), ToldBefore(alarmed=True), True),
        (PROVEN, ("findings",), ToldBefore(failed="it refused the login"), True),
        (run_of(LOST), ("could-not-run",), ToldBefore(failed="it refused the login"), True),
    ],
)
def test_each_is_told_what_it_wants_and_that_all_is_well_again(
    run: Run, on: tuple[str, ...], before: ToldBefore, told: bool
) -> None:
    assert is_told(summary(run), on, before) is told
