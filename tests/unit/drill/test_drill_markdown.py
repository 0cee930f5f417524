"""A drill's summary: verdict first, then what to do, what was proven, what was not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from verify.checks import Finding
from verify.report.markdown import markdown_of
from verify.report.outcome import CheckResult, Ending, Outcome, Planned, Run, TestResult, fold

BEGUN = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
FACTS = {
    "runtime": {"name": "docker", "why": "asked for"},
    "versions": {"duplicity": "3.2.1"},
    "job": {"source": "/var/data", "destination": "s3:///bucket/pre*fix", "encrypted": True},
    "notes": ["the mount a:b is not part of the drill"],
}


def ended(
    check: str, ending: Ending = Ending.PASSED, *findings: Finding, said: str = "", reason: str = ""
) -> TestResult:
    return TestResult(f"drill::{check}", Planned((check,)), ending, 1.0, reason, findings, said=said, downloaded=5_000)


def checked(*tests: TestResult) -> tuple[CheckResult, ...]:
    return tuple(fold(each.planned.checks[0], "", tests) for each in tests)


def drilled(*tests: TestResult) -> Run:
    return Run(BEGUN, BEGUN + timedelta(seconds=90), checked(*tests), tests, (FACTS,))


REACHED = ended("destination-reachable", said="12 objects")
RESTORED = ended("sample-restores", said="300 files: 300 compared")
NOT_FULL = ended("full-restore", Ending.SKIPPED, reason="only with --full-restore")


def test_a_proven_drill_says_so_first_and_then_what_was_and_was_not() -> None:
    lines = markdown_of(drilled(REACHED, RESTORED, NOT_FULL)).splitlines()
    assert lines[0] == "## ✓ PROVEN: this backup comes back"
    assert lines[2] == (
        "On 2026-11-25 03:30 UTC the backup of <code>/var/data</code> at <code>s3:///bucket/pre\\*fix</code> was "
        "looked at and restored from, by duplicity 3.2.1 (docker). Nothing was written to either. It took 1 min 30 s "
        "and downloaded 15.0 kB."
    )
    proven, left = lines.index("### What was proven"), lines.index("### What was not")
    assert lines[proven + 3].startswith(
        "- A sample of files restored from the real destination comes back as it was: 300 files"
    )
    assert (
        lines[left + 2]
        == "- Everything restored from the real destination comes back as it was: only with --full-restore"
    )
    assert "### What to do" not in lines


def test_a_drill_that_restored_nothing_does_not_say_that_it_comes_back() -> None:
    assert markdown_of(drilled(REACHED, NOT_FULL)).startswith(
        "## ✓ PROVEN: all that was looked at, but nothing was restored"
    )


def test_some_checks_only_are_no_word_on_the_backup() -> None:
    assert "comes back" not in markdown_of(replace(drilled(REACHED, RESTORED), chosen="sample")).splitlines()[0]


def test_what_to_do_comes_first_and_lost_data_before_a_broken_job() -> None:
    ran = Finding("job-ran", "", "a point", "none", "see whether the job was started")
    lost = Finding("chain-complete", "duplicity-full.vol1", "volume 1", "none", "take a full backup now")
    failed = (ended("job-ran", Ending.FINDINGS, ran), ended("chain-complete", Ending.FINDINGS, lost))
    text = markdown_of(drilled(REACHED, *failed))
    assert text.startswith(
        "## ✗ FINDINGS: do not rely on this backup yet (1 would not come back, 1 at risk or exposed)\n"
    )
    places = [
        text.index(part) for part in ("take a full backup now", "see whether the job was started", "What was proven")
    ]
    assert places == sorted(places)


def test_a_backup_that_only_costs_too_much_is_not_said_to_be_lost() -> None:
    slow = Finding("restore-time", "", "everything restored within 2 h", "about 5 h", "keep a copy nearer")
    text = markdown_of(drilled(REACHED, RESTORED, ended("restore-time", Ending.FINDINGS, slow)))
    assert text.startswith("## ✗ FINDINGS: this backup comes back, but not all is well (1 at risk or exposed)\n")


def test_what_is_only_to_tidy_up_does_not_stand_against_the_backup() -> None:
    idle = Finding("rules-effective", "a", "a path", "none", "remove the rule")
    text = markdown_of(drilled(REACHED, RESTORED, ended("rules-effective", Ending.FINDINGS, idle)))
    assert text.startswith("## ✓ PROVEN, 1 to tidy up: this backup comes back\n")
    assert "(<code>rules-effective</code>, to tidy up)" in text


def test_a_drill_that_could_not_run_says_what_to_do() -> None:
    broken = ended("destination-reachable", Ending.COULD_NOT_RUN, reason="the store does not answer: start it")
    run = replace(drilled(broken), troubles=("the store does not answer: start it",))
    text = markdown_of(run)
    assert text.startswith("## ! COULD NOT RUN: nothing is known of this backup tonight")
    assert "1. the store does not answer: start it" in text
    assert [check.outcome for check in run.checks] == [Outcome.ERROR]
