from pathlib import Path

import pytest

from verify.job import idle_days, read_job, weekday_notes


@pytest.mark.parametrize(
    ("lines", "idle"),
    [
        ("", ["Sunday"]),
        ("JOB_300_WHEN=daily weekly", []),
        ("JOB_300_WHEN=weekly", []),
        ("JOB_300_WHEN=hourly", []),
        ("CRONTAB_DAILY=0 2 * * *", []),
        ("CRONTAB_DAILY=0 2 * * 1-5", ["Sunday", "Saturday"]),
        ("CRONTAB_DAILY=0 2 * * mon-fri,7", ["Saturday"]),
        ("CRONTAB_DAILY=0 2 * * */2,5", ["Monday", "Wednesday"]),
        ("CRONTAB_DAILY=0 2 * * 1/2", []),
        ("CRONTAB_DAILY=0 2 1 * *", []),
        ("CRONTAB_DAILY=@daily", []),
        ("CRONTAB_DAILY=0 2 * *", []),
        ("JOB_300_WHAT=", []),
    ],
)
def test_a_job_of_most_days_is_idle_on_the_others(tmp_path: Path, lines: str, idle: list[str]) -> None:
    (tmp_path / "x.env").write_text(f"SRC=/a\nDST=file:///x\n{lines}\n")
    job = read_job(tmp_path / "x.env", None, {})
    assert idle_days(job) == idle
    assert len(weekday_notes(job)) == bool(idle)
