"""An option does what duplicity's manual says."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.option_promises import (
    DUE,
    REPORTS,
    Promise,
    full_if_older_than_findings,
    promise_findings,
    promises,
    status_report_findings,
    why_not_tried,
)
from verify.lab.lab import Lab

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take the promises that the profile tries."""
    if "promise" in metafunc.fixturenames:
        profile = metafunc.config.getoption("profile") or "default"
        metafunc.parametrize("promise", promises(profile), ids=str)


@checks("options-work")
def test_an_option_does_what_the_manual_says(lab: Lab, promise: Promise) -> None:
    if reason := why_not_tried(lab, promise):
        pytest.skip(reason)
    must_find_nothing(promise_findings(lab, promise))


@checks("options-work")
@pytest.mark.parametrize("report", REPORTS)
def test_collection_status_tells_what_it_is_asked_for(lab: Lab, report: str) -> None:
    if not REPORTS[report].contains(lab.release, prereleases=True):
        pytest.skip(f"duplicity {lab.release} has no {report}")
    must_find_nothing(status_report_findings(lab, report))


@checks("options-work")
@pytest.mark.parametrize("due", DUE)
def test_a_full_is_taken_when_it_is_due(lab: Lab, due: str) -> None:
    must_find_nothing(full_if_older_than_findings(lab, DUE[due]))
