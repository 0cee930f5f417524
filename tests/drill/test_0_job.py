"""The job's own files say when backups are made, that they are encrypted, and that they lie where they stay."""

import pytest

from verify.checks import Severity, checks, must_find_nothing
from verify.drill.drill import Drill
from verify.job import (
    alert_findings,
    alerts_not_told,
    incomplete,
    lost_with_container,
    readable_in_spite_of_passphrase,
    schedule_findings,
    start_not_told,
)
from verify.job.runs.called import unknown_backups
from verify.selection.survey import job_inside_findings


@checks("job-complete")
def test_the_job_says_when_backups_are_made(drill: Drill) -> None:
    must_find_nothing(schedule_findings(drill.job))
    # A drill may be of a job on another machine, whose source nobody named here.
    reasons = [start_not_told(drill.job), *(f"{found.got}: {found.hint}" for found in incomplete(drill.job))]
    if reason := next(filter(None, reasons), ""):
        pytest.skip(reason)


@checks("encryption-on")
def test_a_job_with_a_passphrase_encrypts(drill: Drill) -> None:
    must_find_nothing(readable_in_spite_of_passphrase(drill.job))


@checks("container-replaced")
def test_a_new_container_goes_on_where_the_one_before_ended(drill: Drill) -> None:
    found = lost_with_container(drill.job)
    must_find_nothing(each for each in found if each.severity.is_at_least(Severity.AT_RISK))
    if reason := unknown_backups(drill.job):
        pytest.skip(reason)


@checks("backup-outside-source")
def test_no_backup_holds_the_backups_before_it(drill: Drill) -> None:
    must_find_nothing(job_inside_findings(drill.job, drill.host.release))


@checks("alerts-configured")
def test_the_jobs_own_alerts_arrive_and_stop_no_backup(drill: Drill) -> None:
    must_find_nothing(alert_findings(drill.job))
    if reason := alerts_not_told(drill.job):
        pytest.skip(reason)
