from pathlib import Path

import pytest

from verify.checks import Severity
from verify.job import Job, lost_with_container, read_job, readable_in_spite_of_passphrase
from verify.job.replaced import archive_of

ENV = "SRC=/var/data\nDST={dst}\nPASSPHRASE=p\nOPTIONS="
STACK = "services:\n  backup:\n    image: an/image:1\n    env_file: duplicity.env\n    volumes: [{volumes}]\n{more}"


def job_of(
    folder: Path, options: str, volumes: str = "/var/data:/var/data:ro", more: str = "", dst: str = "sftp://h/x"
) -> Job:
    (folder / "duplicity.env").write_text(f"{ENV.format(dst=dst)}{options}\n")
    (folder / "stack.yml").write_text(STACK.format(volumes=volumes, more=more))
    return read_job(folder / "duplicity.env", folder / "stack.yml", {})


@pytest.mark.parametrize(("options", "found"), [("--no-encryption", ["encryption-on"]), ("--volsize 5", [])])
def test_a_passphrase_that_is_not_used_is_found(tmp_path: Path, options: str, found: list[str]) -> None:
    assert [each.check for each in readable_in_spite_of_passphrase(job_of(tmp_path, options))] == found


def test_who_has_no_passphrase_may_store_it_readable(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("SRC=/a\nDST=file:///x\nOPTIONS=--no-encryption\n")
    assert not list(readable_in_spite_of_passphrase(read_job(tmp_path / "a.env", None, {})))


@pytest.mark.parametrize(
    ("options", "volumes", "more", "missing"),
    [
        ("--allow-source-mismatch --archive-dir=/archive", "/srv/archive:/archive", "", []),
        ("--archive-dir=/archive/here", "keep:/archive", "    hostname: backup\n", []),
        ("--allow-source-mismatch", "keep:/root", "", []),
        ("--allow-source-mismatch", "/srv:/srv", "", ["a volume that keeps duplicity's archive (~)"]),
        ("--allow-source-mismatch --archive-dir=/x", "/x", "", ["a volume that keeps duplicity's archive (/x)"]),
        ("--archive-dir=/archive", "keep:/archive", "", ["a host name that stays, or --allow-source-mismatch"]),
    ],
)
def test_what_a_new_container_would_not_have_is_found(
    tmp_path: Path, options: str, volumes: str, more: str, missing: list[str]
) -> None:
    found = list(lost_with_container(job_of(tmp_path, options, volumes, more)))
    assert [each.expected.replace("/root/.cache/duplicity", "~") for each in found] == missing
    assert {each.check for each in found} <= {"container-replaced"}
    assert all(each.hint for each in found)
    archive = {each.severity for each in found if "archive" in each.expected}
    assert archive <= {Severity.TIDY_UP}, "signatures are only read again"
    assert {each.severity for each in found if "host name" in each.expected} <= {Severity.AT_RISK}


def test_without_a_stack_file_nothing_is_known_of_containers(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(f"{ENV.format(dst='file:///x')}--volsize 5\n")
    assert not list(lost_with_container(read_job(tmp_path / "a.env", None, {})))


@pytest.mark.parametrize(
    ("dst", "volumes", "found"),
    [
        ("file:///backup/host", "/mnt/disk:/backup", 0),
        ("file:///backup/", "disk:/backup/", 0),
        ("par2+file:///backup", "disk:/backup", 0),
        ("file:///backup", "/mnt/disk:/backups", 1),
        ("file:///backup", "/backup", 1),  # an anonymous volume: the next container has another one
        ("file:///mnt/backup/dst", "/var/data:/var/data", 1),
        ("file://backup", "/var/data:/var/data", 0),  # no absolute path: scheme-supported says so
        ("sftp://h//backup", "/var/data:/var/data", 0),
    ],
)
def test_backups_in_a_folder_of_the_container_itself_are_gone_with_it(
    tmp_path: Path, dst: str, volumes: str, found: int
) -> None:
    job = job_of(tmp_path, "--allow-source-mismatch --archive-dir=/x", f"keep:/x, {volumes}", dst=dst)
    lost = [each for each in lost_with_container(job) if each.severity is Severity.LOST]
    assert len(lost) == found
    assert all("add the volume `- /a/folder/of/the/host:/" in each.hint for each in lost)


@pytest.mark.parametrize(
    ("options", "volumes", "more", "archive"),
    [
        ("--archive-dir=/a", "keep:/x", "", "/a"),
        ("-v3", "keep:/x", "", "/root/.cache/duplicity"),
        ("-v3", "keep:/x", "    environment: {HOME: /home/me}\n", "/home/me/.cache/duplicity"),
        ("-v3", "keep:/x", "    environment: {XDG_CACHE_HOME: /c}\n", "/c/duplicity"),
        ("-v3", "./cache:/home/duplicity/.cache/duplicity", "", "/home/duplicity/.cache/duplicity"),
        ("-v3", "keep:/x", "    user: '1000'\n", ""),  # whose home the image says
    ],
)
def test_the_archive_is_where_duplicity_puts_it(
    tmp_path: Path, options: str, volumes: str, more: str, archive: str
) -> None:
    assert archive_of(job_of(tmp_path, options, volumes, more)) == archive


def test_nothing_is_said_of_a_container_that_runs_a_script(tmp_path: Path) -> None:
    assert not list(lost_with_container(job_of(tmp_path, "-v3", more="    command: /run.sh\n", dst="file:///x")))
