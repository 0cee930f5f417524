"""The times that --exclude-older-than takes, in seconds since the epoch."""

from datetime import UTC, timedelta, timezone, tzinfo

import pytest

from verify.selection.times import seconds_of

NOW = 1_700_000_000
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("now", UTC, NOW),
        ("0", UTC, 0),
        ("1600000000", UTC, 1_600_000_000),
        ("1s", UTC, NOW - 1),
        ("1m", UTC, NOW - 60),
        ("1h", UTC, NOW - 3600),
        ("1D", UTC, NOW - 86_400),
        ("1W", UTC, NOW - 604_800),
        ("1M", UTC, NOW - 2_592_000),
        ("1Y", UTC, NOW - 31_536_000),
        ("1D2h3s", UTC, NOW - 86_400 - 7200 - 3),
        ("2020-09-13T12:26:40Z", EAST, 1_600_000_000),
        ("2020-09-13T12:26:40+00:00", EAST, 1_600_000_000),
        ("2020-09-13T14:26:40+02:00", UTC, 1_600_000_000),
        ("2020-09-13T12:26:40", UTC, 1_600_000_000),
        ("2020-09-13T14:26:40", EAST, 1_600_000_000),
        ("20200913T122640Z", EAST, 1_600_000_000),
        ("2020-9-13", UTC, 1_599_955_200),
        ("2020/09/13", EAST, 1_599_955_200 - 7200),
        ("9-13-2020", UTC, 1_599_955_200),
        ("09/13/2020", EAST, 1_599_955_200 - 7200),
        ("20200913Z", UTC, 1_599_955_200),
        ("1970-01-01", UTC, None),  # the epoch itself is none
        ("1970-01-01", EAST, -7200),
        ("2020-13-01", UTC, None),
        ("2020-09-13T25:00:00Z", UTC, None),
        ("2020-09-13T12:26", UTC, None),
        ("2020-W37-7", UTC, None),
        ("", UTC, None),
        ("1d", UTC, None),
        ("D", UTC, None),
        ("-1", UTC, None),
        ("\u0661", UTC, None),  # a digit to Python, none to duplicity
        ("yesterday", UTC, None),
    ],
)
def test_a_time_is_read_as_duplicity_reads_it(text: str, zone: tzinfo, expected: int | None) -> None:
    assert seconds_of(text, NOW, zone) == expected
