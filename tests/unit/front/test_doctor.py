"""What `duplicity-verify doctor` says of a machine."""

import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from verify.cli import main
from verify.errors import CannotRunError
from verify.lab import doctor
from verify.lab.doctor import DoctorLine, examine


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that is empty."""
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing on PATH: no docker, no gpg, no MinIO."""
    monkeypatch.setenv("PATH", str(tmp_path))


def named(name: str) -> DoctorLine:
    (line,) = (line for line in examine() if line.name == name)
    return line


def test_each_thing_is_looked_at_once() -> None:
    names = [line.name for line in examine()]
    assert names == ["python", "engine", "gpg", "store", "duplicity", "scratch", "cache", "clock", "user"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "engine",
            (
                "there is no docker command on PATH: install one (Debian: apt-get install docker.io); "
                "runs are embedded without one"
            ),
        ),
        ("gpg", "not found, so nothing encrypted can be proven: install it (Debian: apt-get install gnupg)"),
        ("store", "SeaweedFS, which a run installs from PyPI"),
        (
            "duplicity",
            "3.2.1 is not in the cache: a run installs it from PyPI, or `duplicity-verify doctor --prepare` beforehand",
        ),
    ],
)
def test_a_bare_machine_is_told_what_to_install(name: str, says: str) -> None:
    assert named(name).says == says


@pytest.mark.usefixtures("bare")
def test_a_bare_machine_can_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert [line[:2] for line in said.out.splitlines()[:5]] == ["✓ ", "- ", "- ", "✓ ", "- "]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_small_disk_is_one_that_no_run_works_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(4 << 30, 3 << 30, 1 << 30))
    assert main(["doctor"]) == 2
    assert f"✗ cache       1.0 GiB free in {cache}: 2 GiB are needed\n" in capsys.readouterr().out


def test_a_clock_that_stands_before_this_project_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert main(["doctor"]) == 2
    assert "cannot be right: set it" in capsys.readouterr().out


def test_another_release_is_looked_for_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--duplicity-release=2.2.4"]) == 0
    assert "2.2.4 is not in the cache" in capsys.readouterr().out


def test_what_is_no_release_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--duplicity-release=newest"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "duplicity-verify: 'newest' is no release of duplicity: give one such as 3.2.1\n",
    )


def test_a_tmpdir_that_is_none_is_said_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    assert main(["doctor"]) == 2
    assert "is no folder that can be written" in capsys.readouterr().err


def test_preparing_says_each_step_before_it_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert main(["doctor", "--prepare"]) == 2
    first, sentence = capsys.readouterr().err.splitlines()
    assert first == "duplicity 3.2.1 …"
    assert "`duplicity-verify doctor --prepare` on a machine with network" in sentence


def test_a_line_shows_whether_it_matters() -> None:
    lines = [
        DoctorLine("x", ok=True, says="s"),
        DoctorLine("x", ok=False, says="s"),
        DoctorLine("x", ok=False, says="s", needed=True),
    ]
    assert [str(line)[0] for line in lines] == ["✓", "-", "✗"]


def test_a_user_who_is_not_root_is_told_what_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 1000)
    assert named("user").says == "not root: owners and devices are not proven"


def test_python_is_the_one_that_runs() -> None:
    assert named("python").says == sys.version.split()[0]


def test_a_cache_that_cannot_be_made_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(CannotRunError, match="set DUPLICITY_VERIFY_CACHE"):
        examine()


LATER = "a run installs it from PyPI, or `duplicity-verify doctor --prepare` with the same env file"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("destinations", "code", "says"),
    [
        (
            "DST=ftp://user@host/folder",
            2,
            ["✗ destination ftp:// needs the program lftp (Debian: apt-get install lftp)"],
        ),
        (
            "DST=ad://folder",
            2,
            [
                (
                    "✗ destination ad://, which works no more: Amazon closed Cloud Drive in 2023; choose a new "
                    "destination; write DST=s3:///bucket/folder/"
                ),
            ],
        ),
        ("DST=file:///mnt/backup", 0, ["✓ destination file:// has all that it needs"]),
        (
            "DST=multi\nDST_1=sftp://host/a\nDST_2=s3:///bucket",
            0,
            [
                f"- destination sftp:// needs paramiko: {LATER}",
                "✓ destination s3:// has all that it needs",
            ],
        ),
    ],
)
def test_what_the_jobs_destination_needs_is_said(
    destinations: str, code: int, says: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = tmp_path / "duplicity.env"
    job.write_text(f"SRC=/var/data\n{destinations}\n")
    assert main(["doctor", "--env-file", str(job)]) == code
    assert [line for line in capsys.readouterr().out.splitlines() if line[2:].startswith("destination ")] == says


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("destination", "says"),
    [
        ("sftp://host/a", "- lab S3 stands in for sftp:// here: apt-get install openssh-client"),
        ("b2://key:secret@bucket", "- lab has no server of b2://: S3 stands in for it"),
        ("s3:///bucket", ""),
        ("file:///mnt/backup", ""),
    ],
)
def test_what_the_lab_would_try_the_job_with_is_said(
    destination: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = tmp_path / "duplicity.env"
    job.write_text(f"SRC=/var/data\nDST={destination}\n")
    main(["doctor", "--env-file", str(job)])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line[2:].startswith("lab ")]
    assert [line.startswith(says) for line in lines] == [True] * bool(says)
