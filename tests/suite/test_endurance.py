"""A job that runs for long: daily backups, fulls and retention as the recipe has them, and every point comes back."""

from random import Random

import pytest
from hypothesis import given, settings

from verify.checks import checks
from verify.concerns.operations import Course
from verify.lab.history_lab import HistoryLab
from verify.operations import Operation, calendar
from verify.trees import History, lives

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]

DAYS = {"smoke": 4, "default": 4, "nightly": 365}.get(settings.get_current_profile_name(), 4)
HISTORIES = 10


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take as many days as the profile has."""
    if "operations" in metafunc.fixturenames:
        random = Random(metafunc.config.getoption("hypothesis_seed", None))
        metafunc.parametrize("operations", [calendar(random, DAYS)], ids=[f"{DAYS}-days"])


@checks("structure", "content", "metadata", "point-in-time", "retention")
@settings(max_examples=HISTORIES)
@given(history=lives(DAYS))
def test_a_job_that_runs_for_long_loses_nothing(
    lab: HistoryLab, operations: tuple[Operation, ...], history: History
) -> None:
    course = Course(lab, history.trees)
    course.run(operations)
    course.must_have_kept_everything()
    course.must_be_without_what_was_removed()
