"""What is restored from the real destination comes back as it was."""

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.drill import Drill


@checks("sample-restores")
def test_a_sample_comes_back_from_the_newest_and_from_a_random_older_point(drill: Drill) -> None:
    must_find_nothing(drill.restores.sample_findings)


@checks("full-restore")
def test_everything_comes_back(drill: Drill) -> None:
    must_find_nothing(drill.restores.full_findings)


@checks("restore-time")
def test_a_restore_of_everything_would_take_no_longer_than_it_may(drill: Drill) -> None:
    must_find_nothing(findings.restore_time_findings(drill))
