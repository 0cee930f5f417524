"""The calls of duplicity in an entry's command, or in a container's own, and what they make of a job."""

from pathlib import Path

import pytest

from verify.job import Job, read_job
from verify.job.runs.calls import calls_in

VARIABLES = {"SRC": "/my src", "DST": "s3:///b/p", "KEEP": "6M"}
GOOD = "SRC=/a\nDST=s3:///b/p\nPASSPHRASE=p\n"
PAIR = ("/my src", "s3:///b/p")


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("backup --exclude /a/big", [("backup", ("--exclude", "/a/big"), PAIR)]),
        ("dup full $SRC $DST", [("full", (), PAIR)]),
        ("dup --progress full ${SRC} $DST", [("full", ("--progress",), PAIR)]),
        ("backup && curl -fsS x", [("backup", (), PAIR)]),
        ("/scripts/dump.sh && backup", [("backup", (), PAIR)]),
        ("nice -n 10 timeout 5h backup|tee /log", [("backup", (), PAIR)]),
        ("X=1 backup", [("backup", (), PAIR)]),
        ("sh -c 'backup --exclude a; curl x'", [("backup", ("--exclude", "a"), PAIR)]),
        ("bash -lc backup", [("backup", (), PAIR)]),
        ("if backup; then curl x; fi", [("backup", (), PAIR)]),
        ("/usr/bin/duplicity inc /x s3://b", [("inc", (), ("/x", "s3://b"))]),
        ("dup remove-older-than $KEEP --force $DST", [("remove-older-than", ("--force",), ("6M", "s3:///b/p"))]),
        ("dup $DST /x", [("restore", (), ("s3:///b/p", "/x"))]),
        ("psql -l | while read d; do pg_dump $d > $SRC/$d; done", []),
        ("curl x", []),
        ("docker exec $(docker ps -qf name=db) pg_dump > /mnt/backup/src/x.sql", []),
        ("", []),
    ],
)
def test_calls_are_read_with_what_stands_around_them(
    text: str, calls: list[tuple[str, tuple[str, ...], tuple[str, ...]]]
) -> None:
    read = calls_in(text, VARIABLES)
    assert [(call.verb, call.words, call.positional) for call in read.calls] == calls
    assert not read.unread


@pytest.mark.parametrize("text", ["/scripts/b.sh", "bash run", "echo $(backup)", "backup 'open", "xargs backup <list"])
def test_what_may_hold_a_call_and_cannot_be_read_is_said(text: str) -> None:
    assert calls_in(text, VARIABLES).unread


def job_of(tmp_path: Path, text: str, stack: str = "") -> Job:
    (tmp_path / "duplicity.env").write_text(text)
    (tmp_path / "stack.yml").write_text(stack)
    return read_job(tmp_path / "duplicity.env", tmp_path / "stack.yml" if stack else None, {})


@pytest.mark.parametrize(
    ("lines", "options", "unread"),
    [
        ("JOB_300_WHAT=backup --exclude /a/b", ("--exclude", "/a/b"), ""),
        ("JOB_300_WHAT=backup\nJOB_400_WHAT=/x.sh\nJOB_400_WHEN=never", (), ""),
        ("JOB_300_WHAT=/x.sh", (), "JOB_300_WHAT runs /x.sh"),
        ("JOB_300_WHAT=backup --volsize 5\nJOB_500_WHAT=backup\nJOB_500_WHEN=weekly", (), ""),
        (
            "JOB_300_WHAT=backup --exclude /a/b\nJOB_500_WHAT=backup\nJOB_500_WHEN=weekly",
            ("--exclude", "/a/b"),
            "different rules",
        ),
        (
            "JOB_300_WHAT=dup /a $DST\nJOB_500_WHAT=dup /b $DST\nJOB_500_WHEN=weekly",
            (),
            "back up different folders",
        ),
    ],
)
def test_words_of_the_backups_themselves_are_options_of_the_job(
    tmp_path: Path, lines: str, options: tuple[str, ...], unread: str
) -> None:
    job = job_of(tmp_path, f"{GOOD}OPTIONS=-v3\nOPTIONS_EXTRA=\n{lines}\n")
    assert job.options == ("-v3", *options)
    assert bool(job.unread) is bool(unread)
    assert unread in " ".join(job.unread)


def test_a_container_that_runs_duplicity_itself_has_its_words_alone(tmp_path: Path) -> None:
    command = "duplicity --exclude /data/x --no-encryption /data s3://b/p"
    stack = f"services: {{b: {{image: duplicity, env_file: duplicity.env, command: {command}}}}}"
    job = job_of(tmp_path, "OPTIONS=--exclude /other\n", stack)
    assert (job.source, job.destination, job.commanded) == ("/data", "s3://b/p", True)
    assert job.options == ("--exclude", "/data/x", "--no-encryption")
    assert not job.defaults & {"SRC", "DST"}
