"""`duplicity-verify init` writes what a job's own files say, and never over a file; `schema` prints the schema."""

import json
from pathlib import Path

import pytest

from verify.cli import main
from verify.policy import NotifyTable, read_policy, schema

HIDDEN = "hidden-password"
ENV = """SRC={source}
DST=s3:///bucket/prefix
PASSPHRASE=hidden-passphrase
OPTIONS=--exclude {source}/large/cache
SMTP_HOST=smtp.example.org
SMTP_PASS=hidden-password
EMAIL_FROM=a@example.org
EMAIL_TO=b@example.org
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for path, size in (("small/a", 10), ("large/cache/b", 9000), ("large/c", 5000), ("middle/d", 300), ("e*/f", 700)):
        file = tmp_path / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(size))
    (tmp_path / "duplicity.env").write_text(ENV.format(source=tmp_path / "source"))
    return tmp_path


def test_the_file_demands_what_the_job_says(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--env-file", "duplicity.env"]) == 0
    policy = read_policy(here / "duplicity-verify.toml", {})
    assert policy.env_file == here / "duplicity.env"
    assert policy.source == here / "source"
    assert policy.max_age.total_seconds() == 50 * 3600  # the image's daily leaves out Sunday
    assert policy.must_include == ("middle", "small")  # a part of the largest is excluded
    assert policy.notify == (NotifyTable(receiver="mail", on=("findings", "could-not-run")),)
    assert "hidden" not in (here / "duplicity-verify.toml").read_text()
    assert "duplicity-verify notify --test" in capsys.readouterr().out


def test_what_stands_there_is_never_changed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "duplicity-verify.toml").write_text("max_age = '1h'\n")
    assert main(["init", "--env-file", "duplicity.env"]) == 2
    assert (here / "duplicity-verify.toml").read_text() == "max_age = '1h'\n"
    assert "duplicity-verify.toml exists and stays as it is" in capsys.readouterr().err


def test_what_the_job_does_not_say_is_left_to_its_owner(here: Path) -> None:
    (here / "duplicity.env").write_text("SRC=/not/here\nDST=s3:///bucket\nPASSPHRASE=x\nCRONTAB_DAILY=0 25 * * *\n")
    assert main(["init", "--env-file", "duplicity.env"]) == 0
    policy = read_policy(here / "duplicity-verify.toml", {})
    assert (policy.source, policy.must_include, policy.notify) == (None, (), ())
    assert "# max_age" in (here / "duplicity-verify.toml").read_text()


def test_a_job_has_to_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 2
    assert not (here / "duplicity-verify.toml").exists()
    assert "nothing says which job is meant" in capsys.readouterr().err


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
