"""From a job's files to its rules, and what is said where there are none."""

from pathlib import Path

import pytest
from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.selection import RuleSet
from verify.selection.survey import lists_of, rules_of

RELEASE = Version("3.2.1")


def job_of(folder: Path, *lines: str, stack: str = "") -> Job:
    env_file, stack_file = folder / "duplicity.env", folder / "stack.yml"
    env_file.write_text("\n".join(("SRC=/var/data/", "DST=s3:///bucket/x", *lines)) + "\n")
    if stack:
        stack_file.write_text(f"services:\n  backup:\n    image: duplicity\n    env_file: duplicity.env\n{stack}")
    return read_job(env_file, stack_file if stack else None, {})


def rules_from(job: Job, release: Version = RELEASE) -> RuleSet:
    return rules_of(job, release, lists_of(job, release), now=0)


def test_the_jobs_options_are_its_rules(tmp_path: Path) -> None:
    rules = rules_from(job_of(tmp_path, "OPTIONS=--no-encryption --exclude /var/data/a --volsize 5"))
    assert rules.source == "/var/data"
    assert [rule.origin for rule in rules.rules] == ["--exclude /var/data/a"]


def test_a_list_is_read_from_where_the_stack_mounts_it(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "out").write_text("/var/data/a\n")
    job = job_of(
        tmp_path, "OPTIONS=--exclude-filelist /etc/lists/out", stack="    volumes: ['./lists:/etc/lists:ro']\n"
    )
    assert lists_of(job, RELEASE) == {"/etc/lists/out": b"/var/data/a\n"}
    assert len(rules_from(job).rules) == 1


def test_without_a_stack_a_list_is_where_it_says(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("/var/data/a\n")
    job = job_of(tmp_path, f"OPTIONS=--exclude-filelist={tmp_path}/out")
    assert len(rules_from(job).rules) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--exclude /etc", "duplicity.env: duplicity 3.2.1 refuses the rules (exit code 14), so nothing would be"),
        ("--exclude /etc", "--exclude /etc cannot match anything in the source /var/data. Correct OPTIONS."),
        ("--include /var/data/a", "(exit code 16)"),
        ("--exclude ''", "(exit code 23)"),
        ("--exclude /var/data//a", "has two slashes in a row"),
        ("--exclude /var/data/[z-a]", "has a set that is none"),
        ("--exclude-regexp (", "is no regular expression"),
        ("--exclude-globbing-filelist x", "only other releases have it"),
        ("--exclude '/var/data/a b", "OPTIONS: a quote is not closed, so it has no certain meaning: close it"),
        ("--exclude-filelist /none/at/all", "OPTIONS name the list /none/at/all, which cannot be read on this machine"),
        ("--exclude-filelist -", "reads rules from standard input, which a scheduled job has not"),
    ],
)
def test_what_is_wrong_with_the_rules_is_said_in_a_sentence(tmp_path: Path, options: str, said: str) -> None:
    with pytest.raises(CannotRunError) as refused:
        rules_from(job_of(tmp_path, f"OPTIONS={options}"))
    assert said in str(refused.value)


def test_a_list_that_the_stack_mounts_and_that_is_not_there_is_named_by_both_places(tmp_path: Path) -> None:
    job = job_of(tmp_path, "OPTIONS=--exclude-filelist /l/out", stack="    volumes: ['./lists:/l']\n")
    with pytest.raises(CannotRunError, match=rf"the list /l/out, which cannot be read as {tmp_path}/lists/out, where"):
        lists_of(job, RELEASE)


def test_a_job_without_a_source_has_no_rules(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="has no SRC"):
        rules_from(job_of(tmp_path, "SRC="))


def test_a_time_of_day_is_the_containers(tmp_path: Path) -> None:
    line = "OPTIONS=--exclude-older-than 2024-01-01"
    utc, berlin = (rules_from(job_of(tmp_path, line, f"TZ={zone}")) for zone in ("UTC", "Europe/Berlin"))
    assert utc.rules[0].condition.time - berlin.rules[0].condition.time == 3600  # type: ignore[attr-defined]
    assert rules_from(job_of(tmp_path, line, "TZ=Atlantis")).rules[0].condition == utc.rules[0].condition
