"""Our image's scripts do what the image does that they stand in for, silent changes included."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "ci" / "images" / "duplicity" / "bin"
STUB = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done > "$SEEN"\nexit "${STUB_EXIT:-0}"\n'


def arguments_that_arrive(tmp_path: Path, options: str, *arguments: str, dialect: str = "v4", **env: str) -> list[str]:
    run_dup(tmp_path, options, *arguments, dialect=dialect, **env)
    return (tmp_path / "seen").read_text().splitlines()


def run_dup(
    tmp_path: Path, options: str, *arguments: str, dialect: str = "v4", **env: str
) -> subprocess.CompletedProcess[str]:
    stub = tmp_path / "bin" / "duplicity"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(STUB)
    stub.chmod(0o755)
    environment = {
        "PATH": f"{stub.parent}:{os.environ['PATH']}", "OPTIONS": options, "DST": "s3:///bucket/prefix",
        "IMAGE_DIALECT": dialect, "SEEN": str(tmp_path / "seen"), **env,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "dup"), *arguments],
        check=False, capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip


@pytest.mark.parametrize("dialect", ["classic", "v4"])
def test_plain_options_come_before_the_arguments(tmp_path: Path, dialect: str) -> None:
    seen = arguments_that_arrive(
        tmp_path, "--exclude /a --archive-dir=/b", "full", "/src", "file:///dst", dialect=dialect
    )
    assert seen == ["--exclude", "/a", "--archive-dir=/b", "full", "/src", "file:///dst"]


@pytest.mark.parametrize(
    ("options", "arrives"),
    [
        ("--exclude '/mnt/my dir'", ["--exclude", "/mnt/my"]),
        ("--s3-use-new-style --full-if-older-than 1W", []),
        ("--no-encryption --s3-european-buckets --s3-multipart-chunk-size 10", ["--no-encryption", "10"]),
        ("--full-if-older-than 1M # weekly", ["--full-if-older-than", "1M"]),
        ("--exclude $PLACE", ["--exclude", "/place"]),
        # All of one option goes before the next is looked for, so the second takes the word of the first.
        ("--s3-use-new-style --s3-european-buckets --exclude /a", []),
        ("--gio=x --exclude /a", ["--exclude", "/a"]),
    ],
)
def test_v4_changes_options_without_a_word(tmp_path: Path, options: str, arrives: list[str]) -> None:
    assert arguments_that_arrive(tmp_path, options, "x", PLACE="/place") == [*arrives, "x"]


@pytest.mark.parametrize("dialect", ["classic", "v4"])
def test_the_shell_replaces_a_glob_by_what_matches(tmp_path: Path, dialect: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").touch()
    seen = arguments_that_arrive(tmp_path, "--include src/*", "x", dialect=dialect)
    assert seen == ["--include", "src/a", "x"]


def test_v4_drops_what_the_image_adds_behind_an_old_option(tmp_path: Path) -> None:
    extra = "--metadata-sync-mode partial --volsize 5"
    seen = arguments_that_arrive(tmp_path, "--exclude /a --s3-use-new-style", "x", OPTIONS_EXTRA=extra)
    assert seen == ["--exclude", "/a", "--volsize", "5", "x"]


@pytest.mark.parametrize("dialect", ["classic", "v4"])
def test_arguments_with_a_blank_come_in_two(tmp_path: Path, dialect: str) -> None:
    assert arguments_that_arrive(tmp_path, "", "/my source", "x", dialect=dialect) == ["/my", "source", "x"]


@pytest.mark.parametrize("dialect", ["classic", "v4"])
def test_a_quote_that_is_not_closed_ends_it_before_duplicity(tmp_path: Path, dialect: str) -> None:
    assert run_dup(tmp_path, "--exclude '/a", "x", dialect=dialect).returncode == 1
    assert not (tmp_path / "seen").exists()


def test_v4_drops_s3_options_for_another_store(tmp_path: Path) -> None:
    options = "--s3-endpoint-url=http://here --exclude /a"
    assert arguments_that_arrive(tmp_path, options, "x", DST="file:///dst") == ["--exclude", "/a", "x"]
    options = "--s3-unencrypted-connection --exclude /a --volsize 5"
    assert arguments_that_arrive(tmp_path, options, "x", DST="file:///dst") == ["--volsize", "5", "x"]


def test_classic_keeps_the_exit_code_and_v4_makes_it_1(tmp_path: Path) -> None:
    assert run_dup(tmp_path, "", "x", dialect="classic", STUB_EXIT="23").returncode == 23
    assert run_dup(tmp_path, "", "x", dialect="v4", STUB_EXIT="23").returncode == 1


def run_jobs(tmp_path: Path, period: str, **env: str) -> subprocess.CompletedProcess[str]:
    runner = tmp_path / period / "jobrunner"
    runner.parent.mkdir()
    runner.symlink_to(SCRIPTS / "jobrunner")
    return subprocess.run(
        [sys.executable, str(runner)], check=False, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "SMTP_REPORT_SUCCESS": "1", **env},
    )  # fmt: skip


def test_jobs_of_the_period_run_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    done = run_jobs(
        tmp_path, "daily", JOB_300_WHAT="echo $WORD", JOB_300_WHEN="daily", JOB_20_WHAT="echo first",
        JOB_20_WHEN="weekly daily", JOB_1_WHAT="echo never", JOB_1_WHEN="weekly", WORD="second",
    )  # fmt: skip
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if not line.startswith("=")] == ["first", "second"]


def test_a_failed_job_does_not_stop_the_next_one_and_is_told_at_the_end(tmp_path: Path) -> None:
    done = run_jobs(
        tmp_path, "daily", JOB_1_WHAT="exit 23", JOB_1_WHEN="daily", JOB_2_WHAT="echo on", JOB_2_WHEN="daily"
    )
    assert done.returncode == 1
    assert "non-zero exit status 23" in done.stdout
    assert "on" in done.stdout.splitlines()


def test_a_job_without_what_keeps_all_of_its_period_from_running(tmp_path: Path) -> None:
    done = run_jobs(
        tmp_path, "daily", JOB_1_WHAT="echo ran", JOB_1_WHEN="daily", JOB_007_WHAT="backup", JOB_007_WHEN="daily"
    )
    assert done.returncode == 1
    assert "ran" not in done.stdout.splitlines()
    assert "KeyError: 'JOB_7_WHAT'" in done.stderr


def test_a_misspelt_period_is_a_silent_success(tmp_path: Path) -> None:
    done = run_jobs(tmp_path, "daily", JOB_300_WHAT="backup", JOB_300_WHEN="dayly")
    assert (done.returncode, done.stdout) == (0, "Nothing to do\n")
