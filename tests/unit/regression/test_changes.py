"""What a change of a job's files means, aspect by aspect; and the lock that approves a meaning."""

import json
from pathlib import Path

import pytest
from packaging.version import Version

from verify.assets import sample_env, sample_stack
from verify.checks import CATALOGUE
from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.regression import (
    Change,
    Meaning,
    approve,
    change_findings,
    changes,
    hidden_changes,
    lock_findings,
    meaning_of,
    read_lock,
)
from verify.regression.meaning import ASPECTS
from verify.selection.survey import lists_of

SECRETS = ("sample-passphrase-replace-me", "sample-secret-access-key-replace-me", "GOOG-SAMPLE-ACCESS-KEY-ID")


def edited(folder: Path, *edits: tuple[str, str], file: str = "duplicity.env") -> Job:
    """Return the sample job with texts of one of its files replaced."""
    for sample in (sample_env(), sample_stack()):
        text = sample.read_text()
        for old, new in edits if sample.name == file else ():
            assert old in text
            text = text.replace(old, new)
        (folder / sample.name).write_text(text)
    return read_job(folder / "duplicity.env", folder / "stack.yml", {})


def meaning(job: Job) -> Meaning:
    return meaning_of(job, lists_of(job, Version("3.2.1")))


@pytest.fixture
def before(tmp_path: Path) -> Job:
    (tmp_path / "before").mkdir()
    return edited(tmp_path / "before")


@pytest.fixture
def after(tmp_path: Path) -> Path:
    (tmp_path / "after").mkdir()
    return tmp_path / "after"


def changed(before: Job, after: Job) -> list[Change]:
    return [*changes(meaning(before), meaning(after)), *hidden_changes(before, after)]


def test_the_same_job_in_another_folder_means_the_same(before: Job, after: Path) -> None:
    assert not changed(before, edited(after))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SRC=/var/data\n", "SRC=/var/data/\n"),
        ("--archive-dir=/archive", "--archive-dir /archive"),
        ("# An HMAC key", "# A key"),
        ("JOB_300_WHEN=daily weekly", "JOB_300_WHEN=daily  weekly"),
        ("--allow-source-mismatch --exclude /var/data/runtime", "--exclude /var/data/runtime --allow-source-mismatch"),
    ],
)
def test_another_spelling_means_the_same(before: Job, after: Path, old: str, new: str) -> None:
    assert not changed(before, edited(after, (old, new)))


ENV, STACK = "duplicity.env", "stack.yml"


@pytest.mark.parametrize(
    ("file", "edit", "check", "told"),
    [
        (ENV, ("SRC=/var/data\n", "SRC=/var/data/a\n"), "source-kept", ("/var/data", "/var/data/a")),
        (STACK, ("- /var/data:/", "- /srv:/"), "source-kept", ("/var/data:/var/data:ro", "/srv:/var/data:ro")),
        (ENV, ("yes-you-can", "no-you-cannot"), "destination-kept", ("yes-you-can", "no-you-cannot")),
        (ENV, ("//storage.goo", "//eu.goo"), "destination-kept", ("https://storage", "https://eu")),
        (ENV, ("--archive-dir", "--file-prefix x --archive-dir"), "destination-kept", ("", "--file-prefix x")),
        (ENV, ("--archive-dir", "--no-encryption --archive-dir"), "encryption-kept", ("passphrase", "none")),
        (ENV, ("--archive-dir", "--encrypt-key AB --archive-dir"), "encryption-kept", ("passphrase", "AB")),
        (ENV, ("PASSPHRASE=", "PASSPHRASE=2"), "encryption-kept", ("PASSPHRASE", "with another value")),
        (ENV, ("--archive-dir=/archive", "--archive-dir=/box"), "options-kept", ("/archive", "/box")),
        (ENV, ("--archive-dir=/archive", ""), "options-kept", ("--archive-dir /archive", "")),
        (ENV, ("--allow-source-mismatch", "--volsize 5"), "options-kept", ("--allow", "--volsize 5")),
        (ENV, ("daily weekly", "weekly"), "schedule-kept", ("daily (0 2 * * MON-SAT): backup", "")),
        (ENV, ("daily weekly", "dayly weekly"), "schedule-kept", ("daily", "nothing")),
        (ENV, ("TMPDIR=/tmp", "TMPDIR=/mnt"), "options-kept", ("TMPDIR=/tmp", "TMPDIR=/mnt")),
        (ENV, ("AWS_SECRET_ACCESS_KEY=", "AWS_S="), "options-kept", ("AWS_SECRET_ACCESS_KEY (", "AWS_S (")),
        (STACK, ("duplicity:4.1.0", "duplicity:4.0.0"), "image-kept", (":4.1.0", ":4.0.0")),
        (STACK, ("/var/data/duplicity/archive:", "box:"), "options-kept", ("/archive:/archive", "box:/archive")),
        (STACK, ("    env_file", "    hostname: box\n    env_file"), "options-kept", ("nothing", "box")),
    ],
)
def test_a_change_of_meaning_is_a_finding_of_its_check(
    before: Job, after: Path, *, file: str, edit: tuple[str, str], check: str, told: tuple[str, str]
) -> None:
    (finding,) = change_findings(changed(before, edited(after, edit, file=file)))
    assert finding.check == check
    assert told[0] in finding.expected
    assert told[1] in finding.got
    assert not any(secret in str(finding) for secret in SECRETS)


def test_a_chain_policy_that_is_lost_is_a_finding_and_one_that_is_new_a_note(before: Job, after: Path) -> None:
    full = edited(after, ("--archive-dir", "--full-if-older-than 1M --archive-dir"))
    (note,) = changed(before, full)
    assert (note.aspect, note.check, note.new) == ("chain", "", ("--full-if-older-than 1M",))
    (finding,) = change_findings(changed(full, before))
    assert finding.check == "chain-policy-kept"
    assert finding.expected == "chain policy: --full-if-older-than 1M"
    assert "all of them hang on the first" in finding.hint


def test_what_the_schedule_starts_besides_is_a_note(before: Job, after: Path) -> None:
    more = edited(after, ("JOB_300_WHEN", "JOB_400_WHAT=dup cleanup --force $DST\nJOB_400_WHEN=weekly\nJOB_300_WHEN"))
    (note,) = changed(before, more)
    assert (note.check, note.gone) == ("", ())
    assert note.new == ("weekly (0 1 * * SUN): dup cleanup --force $DST",)


def test_encryption_that_is_switched_off_says_who_can_read_it(before: Job, after: Path) -> None:
    (change,) = changed(before, edited(after, ("--archive-dir", "--no-encryption --archive-dir")))
    assert change.consequence == "whoever can read the store can read the backup"


def test_rules_are_told_and_their_order_counts(before: Job, after: Path) -> None:
    (change,) = changed(before, edited(after, ("/var/data/registry", "/var/data/reg")))
    assert (change.aspect, change.check) == ("rules", "")
    assert (change.gone, change.new) == (("--exclude /var/data/registry",), ("--exclude /var/data/reg",))
    one, other = "--exclude /var/data/runtime", "--exclude /var/data/registry"
    swapped = edited(after, (f"{one} {other}", f"{other} {one}"))
    (change,) = changed(before, swapped)
    assert change.consequence == "the same rules in another order, and the first that matches wins"
    assert change.gone != change.new


def test_a_list_that_changed_is_told(tmp_path: Path) -> None:
    listed, env_file = tmp_path / "out", tmp_path / "duplicity.env"
    env_file.write_text(f"SRC=/var/data\nDST=s3:///b/x\nOPTIONS=--exclude-filelist {listed}\n")
    listed.write_text("/var/data/runtime\n")
    before = meaning(read_job(env_file, None, {}))
    listed.write_text("/var/data/run\n")
    (change,) = changes(before, meaning(read_job(env_file, None, {})))
    assert change.aspect == "lists"
    assert change.gone[0].startswith(f"{listed} (sha256 ")


def test_another_key_is_a_note_that_does_not_show_it(before: Job, after: Path) -> None:
    (note,) = changed(before, edited(after, ("GOOG-SAMPLE", "GOOG-OTHER")))
    assert (note.check, note.new) == ("", ("AWS_ACCESS_KEY_ID with another value (not shown)",))


def test_every_aspect_is_decided_by_a_check_that_there_is() -> None:
    assert {aspect.check for aspect in ASPECTS} - {""} <= CATALOGUE.keys()


def test_a_lock_approves_a_meaning_and_holds_no_secret(before: Job, tmp_path: Path) -> None:
    lock = tmp_path / "job.lock"
    approve(lock, meaning(before))
    assert not list(lock_findings(lock, meaning(before)))
    assert not any(secret in lock.read_text() for secret in SECRETS)
    assert not list(tmp_path.glob(".*"))


def test_a_lock_of_another_meaning_is_stale(before: Job, after: Path, tmp_path: Path) -> None:
    lock = tmp_path / "job.lock"
    approve(lock, meaning(before))
    now = meaning(edited(after, ("/var/data/registry", "/var/data/reg"), ("daily weekly", "daily weekly hourly")))
    rule, schedule = sorted(lock_findings(lock, now), key=lambda finding: finding.expected)
    assert {rule.check, schedule.check} == {"lock-current"}
    assert (rule.expected, rule.got) == ("rule: --exclude /var/data/registry", "--exclude /var/data/reg")
    assert schedule.got == "hourly (0 * * * *): backup", "what is added must be approved too"
    assert rule.hint == f"if that is meant, approve it: --lock {lock} --update-lock"
    approve(lock, now)
    assert not list(lock_findings(lock, now))


def test_a_lock_that_is_none_is_refused_and_stays(before: Job, tmp_path: Path) -> None:
    other = tmp_path / "duplicity.env"
    for text in ("PASSPHRASE=x\n", "[]", '{"job": {}}', ""):
        other.write_text(text)
        with pytest.raises(CannotRunError, match="is no lock of duplicity-verify, and stays as it is"):
            approve(other, meaning(before))
        with pytest.raises(CannotRunError, match="is no lock of duplicity-verify"):
            read_lock(other)
        assert other.read_text() == text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"duplicity_verify_lock": 2, "job": {}}, "is a lock of format 2, and this duplicity-verify reads format 1"),
        ({"duplicity_verify_lock": 0}, "is a lock of format 0"),
        ({"duplicity_verify_lock": 1}, "is a damaged lock"),
        ({"duplicity_verify_lock": 1, "job": {"rules": "x"}}, "is a damaged lock"),
        ({"duplicity_verify_lock": 1, "job": {"rules": [1]}}, "is a damaged lock"),
        ({"duplicity_verify_lock": 1, "job": {"colour": []}}, "locks colour, which no job has"),
    ],
)
def test_a_lock_that_cannot_be_read_says_why(
    before: Job, tmp_path: Path, document: dict[str, object], said: str
) -> None:
    lock = tmp_path / "job.lock"
    lock.write_text(json.dumps(document))
    with pytest.raises(CannotRunError) as refused:
        read_lock(lock)
    assert said in str(refused.value)
    approve(lock, meaning(before))
    assert not list(lock_findings(lock, meaning(before))), "approving anew makes a good one of it"


def test_a_lock_that_is_not_there_or_cannot_be_written_says_so(before: Job, tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"the lock .*none does not exist: approve the job with --update-lock"):
        read_lock(tmp_path / "none")
    with pytest.raises(CannotRunError, match="cannot be written"):
        approve(tmp_path / "no" / "such" / "folder", meaning(before))
    with pytest.raises(CannotRunError, match="cannot be read"):
        read_lock(tmp_path)
