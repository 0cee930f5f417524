"""A backup is a full one when an option of the job makes it one."""

import time
from pathlib import Path

import pytest
from packaging.version import Version

from verify.concerns.forced_fulls import ForcedFulls
from verify.job import read_job
from verify.operations import DAY, Past


def forced(tmp_path: Path, options: str, release: str = "3.2.1") -> ForcedFulls:
    (tmp_path / "e").write_text(f"SRC=/a\nDST=file:///x\nOPTIONS={options}\n")
    return ForcedFulls.of(read_job(tmp_path / "e", None, {}), Version(release))


def past(days: float, incrementals: int = 0) -> Past:
    made = Past()
    made.take(0, full=True)
    for number in range(incrementals):
        made.now += 1
        made.take(number, full=False)
    made.now += int(days * DAY)
    return made


@pytest.mark.parametrize(
    ("options", "days", "full"),
    [
        ("-v3", 900, False),
        ("--full-if-older-than 1W", 7, False),
        ("--full-if-older-than 1W", 7.1, True),
        ("--full-if-older 1W1D", 7.1, False),
        ("--full-if-n-inc=3", 900, False),
    ],
)
def test_a_full_that_is_old_is_followed_by_another(tmp_path: Path, options: str, days: float, full: bool) -> None:
    assert forced(tmp_path, options).makes_full(past(days)) is full
    assert forced(tmp_path, options).makes_full(Past())


def test_so_many_incrementals_are_followed_by_a_full(tmp_path: Path) -> None:
    rule = forced(tmp_path, "--full-if-n-inc 3")
    assert not rule.makes_full(past(0, incrementals=2))
    assert rule.makes_full(past(0, incrementals=3))


def test_a_date_is_an_age_by_the_machines_clock(tmp_path: Path) -> None:
    option = f"--full-if-older-than={int(time.time()) - 20 * DAY}"
    assert forced(tmp_path, option).makes_full(past(21))
    assert not forced(tmp_path, option).makes_full(past(19))
    assert forced(tmp_path, option, "1.2.3").makes_full(past(19))  # which takes it for the date that it is
    assert not forced(tmp_path, option, "2.1.1").makes_full(past(900))  # which takes no notice
