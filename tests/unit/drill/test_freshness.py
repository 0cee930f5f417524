"""Age of the newest point, and whether the job has run since the last drill."""

from datetime import timedelta

import pytest

from verify.drill.ledger.ledger import PastDrill
from verify.drill.points.freshness import age_findings, job_ran_findings, usual_interval
from verify.durations import age_words
from verify.errors import NotProvenError

DAY = 86_400
NIGHT = 1_767_232_800  # 2026-01-01T02:00:00Z
NIGHTS = [NIGHT + DAY * number for number in range(10)]
LAST = NIGHTS[-1]


def drilled(after: float, newest: int = LAST) -> list[PastDrill]:
    return [PastDrill(LAST + after, LAST + after + 60, "proven", {"newest": newest})]


def test_a_point_is_young_until_it_is_older_than_it_may_be() -> None:
    assert age_findings(LAST, LAST + 26 * 3600, timedelta(hours=26)) == []
    (finding,) = age_findings(LAST, LAST + 50 * 3600, timedelta(hours=26))
    assert (finding.check, finding.got) == ("fresh", "2.1 d: it is of 2026-01-10 02:00:00 UTC")


def test_a_newer_point_than_the_last_drill_knew_proves_that_the_job_ran() -> None:
    assert job_ran_findings(NIGHTS, LAST + 3600, drilled(-DAY, NIGHTS[-2])) == []


def test_no_newer_point_a_night_later_is_a_finding() -> None:
    (finding,) = job_ran_findings(NIGHTS, LAST + DAY + 3600, drilled(3600))
    assert finding.check == "job-ran"
    assert "points come every 24.0 h" in finding.got


def test_where_all_points_are_gone_that_is_for_another_check() -> None:
    with pytest.raises(NotProvenError, match="backup-exists"):
        job_ran_findings([], LAST, drilled(-DAY))


@pytest.mark.parametrize("past", [[], drilled(3600, 0), drilled(DAY)], ids=["first", "saw-none", "an-hour-ago"])
def test_nothing_is_said_where_no_point_is_due(past: list[PastDrill]) -> None:
    with pytest.raises(NotProvenError):
        job_ran_findings(NIGHTS, LAST + DAY + 3600, past)


def test_a_schedule_that_rests_on_sundays_is_usual_and_one_outage_is_not() -> None:
    assert usual_interval(NIGHTS) == DAY
    assert usual_interval([each for number, each in enumerate(NIGHTS) if number % 7 != 5] + [LAST + 6 * DAY]) == 2 * DAY
    assert usual_interval([*NIGHTS, LAST + 6 * DAY]) == DAY
    assert usual_interval([NIGHT]) is None


def test_ages_are_told_as_a_person_would() -> None:
    assert [age_words(seconds) for seconds in (90, 11_520, 440_000)] == ["2 min", "3.2 h", "5.1 d"]
