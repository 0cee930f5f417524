"""A job that is at fault gives findings, and exit code 1: whole runs of the command."""

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ORIGINAL = ROOT / "fixtures" / "recipe" / "original.env"
REPLACING = """\
DST=s3:///jack-and-jills-bucket/yes-you-can-have-subdirectories
OPTIONS=--s3-endpoint-url=https://storage.googleapis.com --allow-source-mismatch --exclude /var/data/runtime \
--exclude /var/data/registry --exclude /var/data/duplicity --archive-dir=/archive
AWS_ACCESS_KEY_ID=(the value of GS_ACCESS_KEY_ID)
AWS_SECRET_ACCESS_KEY=(the value of GS_SECRET_ACCESS_KEY)"""
OLD_IMAGE = "an image of an old release takes minutes to build"
THE_JOB = "says_what or both_readings"  # tests that start no duplicity


def found(place: Any, check: str) -> list[str]:
    return [finding["got"] for finding in place.report["findings"] if finding["check"] == check]


def test_what_a_job_lacks_and_what_two_tools_read_differently_is_found(
    command: Any, place: Any, tmp_path: Path
) -> None:
    (tmp_path / "job.env").write_text('PASSPHRASE="a-passphrase"\nTMPDIR=/tmp # a small one\n')
    done = command("--env-file=job.env", "--runtime=embedded", "-k", THE_JOB)
    assert done.code == 1
    assert found(place, "job-complete") == [
        "no SRC (the image's default is /mnt/backup/src, an empty folder)",
        "no DST",
    ]
    assert found(place, "env-file-reads-alike") == [
        "quotes are kept by docker stack deploy and stripped by docker compose",
        (
            "the comment behind the value is kept by docker stack deploy and cut by docker compose "
            "(/tmp # a small one and /tmp)"
        ),
    ]
    assert done.verdict.startswith(
        "FINDINGS: 4 findings: 2 would not come back, 2 at risk or exposed (job-complete, env-file-reads-alike)"
    )
    assert "a-passphrase" not in done.out


def test_a_source_that_no_volume_is_mounted_at_would_be_empty(command: Any, place: Any, tmp_path: Path) -> None:
    (tmp_path / "job.env").write_text("SRC=/var/data\nDST=s3:///b\nPASSPHRASE=a-passphrase\n")
    (tmp_path / "stack.yml").write_text(
        "services: {b: {image: duplicity, env_file: job.env, volumes: ['/srv:/srv:ro']}}"
    )
    done = command("--stack=stack.yml", "--runtime=embedded", "-k", THE_JOB)
    assert done.code == 1
    assert found(place, "job-complete") == ["a stack file without it"]
    assert "add the volume `- /var/data:/var/data:ro`" in done.out


@pytest.mark.parametrize(
    ("release", "known"), [("3.2.1", False), pytest.param("0.8.22", True, marks=pytest.mark.nightly(reason=OLD_IMAGE))]
)
def test_the_recipe_as_published_is_for_old_releases_only(
    command: Any,
    place: Any,
    runtime: str,
    release: str,
    known: bool,
) -> None:
    done = command(
        f"--env-file={ORIGINAL}", f"--runtime={runtime}", f"--duplicity-release={release}", "-k", "destinations_scheme"
    )
    assert done.code == (0 if known else 1), done.out + done.err
    findings = place.report["findings"]
    assert [finding["check"] for finding in findings] == ([] if known else ["scheme-supported"])
    assert all(finding["hint"].endswith(f"write\n{REPLACING}") for finding in findings)
    assert place.report["versions"][runtime]["duplicity"] == release
    assert place.left() == {}


def test_a_folder_of_empty_folders_leaves_nothing_to_restore(command: Any, place: Any, tmp_path: Path) -> None:
    (tmp_path / "source" / "empty").mkdir(parents=True)
    done = command(f"--source={tmp_path}/source", "--runtime=embedded", "-k", "given_folder")
    assert done.code == 1, done.out + done.err
    assert found(place, "source-not-empty") == ["none"]


def test_no_secret_of_the_job_is_in_anything_that_a_run_prints_or_writes(
    command: Any, place: Any, tmp_path: Path
) -> None:
    hidden = ("hidden-phrase", "hidden-access", "hidden-key", "hidden-password", "hidden-token")
    (tmp_path / "job.env").write_text(
        "SRC=/var/data\nDST=sftp://me:hidden-password@host/dir\nPASSPHRASE=hidden-phrase\n"
        "AWS_ACCESS_KEY_ID=hidden-access\nAWS_SECRET_ACCESS_KEY=hidden-key\n"
        "OPTIONS=--no-such-option --ssh-options=hidden-password\n"
        "JOB_200_WHAT=curl -H 'X: hidden-token' https://x\nJOB_200_WHEN=dayly\n"
    )
    done = command(
        "--env-file=job.env", "--runtime=embedded", "-k", "says_what or jobs_rules_leave or tells_what_changed"
    )
    assert done.code == 1, done.out + done.err
    written = {path: path.read_bytes() for path in place.reports.rglob("*") if path.is_file()}
    assert {"report.json", "report.md", "junit.xml"} <= {path.name for path in written}
    printed = (done.out + done.err).encode()
    for secret in hidden:
        assert secret.encode() not in printed
        assert [path for path, data in written.items() if secret.encode() in data] == []
