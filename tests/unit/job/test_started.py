"""What a job's container starts, and what is said where that makes no backup."""

from pathlib import Path

import pytest

from verify.job import Job, incomplete, not_started_again, read_job, start_not_told, weekday_notes

GOOD = "SRC=/a\nDST=sftp://h/x\nPASSPHRASE=p\n"
DAILY = f"{GOOD}JOB_300_WHAT=backup\nJOB_300_WHEN=daily\n"


def job_of(folder: Path, runs: str, text: str = GOOD, starter: str = "") -> Job:
    (folder / "duplicity.env").write_text(text)
    (folder / "stack.yml").write_text(
        "services:\n  b:\n    image: tecnativa/duplicity\n    env_file: duplicity.env\n"
        f"    volumes: ['/a:/a:ro']\n{runs}"
    )
    return read_job(None, folder / "stack.yml", {}, reading="dotenv" if starter else None)


@pytest.mark.parametrize(
    "runs",
    [
        "",
        "    command: crond -fd8\n",
        "    command: [/usr/sbin/crond, -f]\n",
        "    entrypoint: /my-own-entrypoint.sh\n    command: /usr/sbin/crond -fd8\n",
        "    entrypoint: sh -c 'apk add curl && exec /usr/local/bin/entrypoint crond -f'\n",
        "    command: sh -c 'while true; do backup; sleep 86400; done'\n",
        "    entrypoint: [tini, --, crond, -f]\n",
        "    command: sleep infinity\n    labels: {ofelia.job-exec.b.schedule: '@daily'}\n",
        "    command: [backup]\n    deploy: {replicas: 0, labels: {swarm.cronjob.schedule: '0 3 * * *'}}\n",
    ],
)
def test_what_starts_the_backups_is_told(tmp_path: Path, runs: str) -> None:
    job = job_of(tmp_path, runs, DAILY)
    assert not list(incomplete(job))
    assert not start_not_told(job)


@pytest.mark.parametrize(
    "runs",
    [
        "    entrypoint: [sleep, infinity]\n",
        "    command: tail -f /dev/null\n",
        "    command: sh -c 'while true; do sleep 1000; done'\n",
        "    command: bash\n",
        "    command: dup collection-status $$DST\n",
        "    entrypoint: [/bin/cat]\n",
    ],
)
def test_a_container_that_makes_no_backup_is_found_where_there_is_a_schedule_and_else_said(
    tmp_path: Path, runs: str
) -> None:
    (found,) = incomplete(job_of(tmp_path, runs, DAILY))
    assert "JOB_300_WHEN" in found.got
    assert "leave out" in found.hint
    job = job_of(tmp_path, runs)
    assert not list(incomplete(job))
    assert "makes no backup" in start_not_told(job)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("    command: [backup]\n", "once, when it is started"),
        ("    entrypoint: [/usr/local/bin/entrypoint]\n    command: [backup]\n", "once, when it is started"),
        ("    command: duplicity /a sftp://h/x\n", "once, when it is started"),
        ("    command: [/etc/periodic/daily/jobrunner]\n", "runs daily once"),
        ("    command: run-parts /etc/periodic/daily\n", "runs daily once"),
        ("    command: /scripts/run.sh\n", "/scripts/run.sh, which is not looked into"),
        ("    command: sh /scripts/run.sh\n", "which is not looked into"),
        ("    command: my-backup --now\n", "my-backup …, which is not looked into"),
        ("    command: sh -c 'cd /x; ./go'\n", "which is not looked into"),
        ("    profiles: [manual]\n", "--profile manual"),
    ],
)
def test_what_starts_the_backups_and_is_not_told_is_said(tmp_path: Path, runs: str, said: str) -> None:
    job = job_of(tmp_path, runs, DAILY, "compose" if "profiles" in runs else "")
    assert not list(incomplete(job))
    assert said in start_not_told(job)
    assert not weekday_notes(job) or "profiles" in runs


def test_a_shells_text_is_not_printed(tmp_path: Path) -> None:
    (found,) = incomplete(job_of(tmp_path, "    command: sh -c 'echo geheim; sleep infinity'\n", DAILY))
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("runs", "starter", "said"),
    [
        ("", "compose", True),
        ("    restart: 'no'\n", "compose", True),
        ("    restart: unless-stopped\n", "compose", False),
        ("    deploy: {restart_policy: {condition: any}}\n", "compose", False),
        ("    command: [backup]\n", "compose", False),
        ("", "", False),  # docker stack deploy starts it again by itself
    ],
)
def test_a_schedule_that_nothing_starts_again_is_told(tmp_path: Path, runs: str, starter: str, said: bool) -> None:
    assert bool(not_started_again(job_of(tmp_path, runs, DAILY, starter))) is said


def test_of_a_job_that_a_script_makes_nothing_is_lacking(tmp_path: Path) -> None:
    assert not list(incomplete(job_of(tmp_path, "    command: /run.sh\n", "SRC=/a\n")))
    assert not list(incomplete(job_of(tmp_path, "", "SRC=/a\nJOB_300_WHAT=/run.sh\nJOB_300_WHEN=daily\n")))


def test_one_period_starts_what_waits_for_it_alone(tmp_path: Path) -> None:
    (found,) = incomplete(job_of(tmp_path, "    command: [/etc/periodic/monthly/jobrunner]\n", DAILY))
    assert "daily" in found.got


@pytest.mark.parametrize(
    ("what", "got"),
    [
        ("bakcup", "bakcup, which the image does not have"),
        ("duplicty full /a x://y", "duplicty, which"),
        ("dup cleanup --force $DST", "JOB_300_WHAT, which backs up nothing"),
    ],
)
def test_a_schedule_that_starts_no_backup_is_found(tmp_path: Path, what: str, got: str) -> None:
    (found,) = incomplete(job_of(tmp_path, "", f"{GOOD}JOB_300_WHAT={what}\nJOB_300_WHEN=daily\n"))
    assert got in found.got


def test_whether_another_program_makes_a_backup_is_not_known(tmp_path: Path) -> None:
    job = job_of(tmp_path, "", f"{GOOD}JOB_300_WHAT=nightly-copy --token geheim\nJOB_300_WHEN=daily\n")
    assert not list(incomplete(job))
    assert start_not_told(job) == "JOB_300_WHAT runs nightly-copy …: whether it makes a backup is not known"
