"""How long a schedule starts nothing, and what a policy file demands because of that."""

from datetime import datetime, timedelta

import pytest

from verify.job.pauses import next_start, pause_between, why_never

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("crons", "pause"),
    [
        (["0 2 * * *"], 24 * HOUR),
        (["0 2 * * MON-SAT"], 48 * HOUR),
        (["0 2 * * MON-SAT", "0 1 * * SUN"], 25 * HOUR),
        (["*/15 * * * *"], HOUR / 4),
        (["0 1-23/2 * * *"], 2 * HOUR),
        (["0 1 * * 7"], 7 * 24 * HOUR),
        (["@daily"], 24 * HOUR),
        (["0 5 1 * *"], 31 * 24 * HOUR),
        (["0 5 1,15 * MON"], 7 * 24 * HOUR),
        (["0 0 31 12 *"], None),
        (["@reboot"], None),
        (["0 25 * * *"], None),
        (["0 2 * *"], None),
        (["0 2 * * MON-SAT", "nonsense"], None),
        ([], None),
    ],
)
def test_the_longest_pause_between_two_starts(crons: list[str], pause: timedelta | None) -> None:
    assert pause_between(crons) == pause


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 25 * * *", "there is no hour 25"),
        ("60 2 * * *", "there is no minute 60"),
        ("0 2 0 * *", "there is no day 0"),
        ("0 2 1-32 * *", "there is no day 32"),
        ("0 2 * 13 *", "there is no month 13"),
        ("0 2 * * 8", "there is no weekday 8"),
        ("0 2 31 2 *", "no month of it has that day"),
        ("0 2 31 4,6,9,11 *", "no month of it has that day"),
        ("0 2 29 2 *", ""),
        ("0 2 31 2 MON", ""),  # each Monday of February
        ("*/90 * * * *", ""),
        ("0 22-4 * * *", ""),
        ("0 2 * * 7", ""),
        ("0 2 L * *", ""),
        ("@daily", ""),
    ],
)
def test_a_cron_line_that_never_comes_due_is_told(cron: str, why: str) -> None:
    assert why_never(cron) == why


@pytest.mark.parametrize(
    ("cron", "start"),
    [
        ("30 5 * * *", "2027-03-02 05:30"),
        ("31 5 * * *", "2027-03-01 05:31"),
        ("* * * * *", "2027-03-01 05:31"),
        ("0 5 29 2 *", "2028-02-29 05:00"),
        ("0 5 * * SUN", "2027-03-07 05:00"),
        ("0 25 * * *", None),
        ("daily", None),
    ],
)
def test_the_next_start_is_after_now(cron: str, start: str | None) -> None:
    found = next_start(cron, datetime.fromisoformat("2027-03-01 05:30"))
    assert found == (start and datetime.fromisoformat(start))
