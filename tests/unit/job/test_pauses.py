"""How long a schedule starts nothing, and what a policy file demands because of that."""

from datetime import timedelta

import pytest

from verify.job.pauses import pause_between

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
