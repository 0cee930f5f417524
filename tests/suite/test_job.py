"""The job says what to back up, to where and when, and duplicity can do it."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.concerns.gates import (
    lacking_findings,
    refused_by_others,
    refused_options_findings,
    scheme_findings,
    why_it_cannot_run,
)
from verify.errors import NotProvenError
from verify.job import (
    alert_findings,
    alerts_not_told,
    doubtful_bucket,
    incomplete,
    lost_with_container,
    never_removed,
    readable_in_spite_of_passphrase,
    removes_old_backups,
    start_not_told,
    two_readings,
)
from verify.job.runs.called import unknown_backups
from verify.job.untried import lost_words
from verify.lab.lab import Lab
from verify.selection.survey import job_inside_findings


def must_be_able_to_run(lab: Lab) -> None:
    """Skip the test where the job lacks what it takes to run at all: nothing is true of it then."""
    if lacks := lacking_findings(lab):
        pytest.skip(why_it_cannot_run(lacks[0]))


@checks("env-file-reads-alike")
def test_both_readings_of_the_env_file_give_the_same_job(lab: Lab) -> None:
    if lab.site.settings.started_by:
        pytest.skip("--started-by says which of the two readings counts")
    if lab.job.only_reading:
        pytest.skip(lab.job.only_reading)
    must_find_nothing(two_readings(lab.job))


@checks("job-complete")
def test_the_job_says_what_to_back_up_and_where_and_when(lab: Lab) -> None:
    must_find_nothing(incomplete(lab.job))
    if reason := start_not_told(lab.job):
        pytest.skip(reason)


@checks("backup-outside-source")
def test_no_backup_holds_the_backups_before_it(lab: Lab) -> None:
    must_be_able_to_run(lab)
    try:
        must_find_nothing(job_inside_findings(lab.job, lab.release))
    except NotProvenError as error:
        pytest.skip(str(error))


@checks("retention")
def test_what_retention_is_to_remove_can_be_removed(lab: Lab) -> None:
    must_be_able_to_run(lab)
    must_find_nothing(never_removed(lab.job))
    if not removes_old_backups(lab.job):
        pytest.skip("the job itself removes no old backups")


@checks("encryption-on")
def test_a_job_with_a_passphrase_encrypts(lab: Lab) -> None:
    must_find_nothing(
        found for site in (lab.site, *lab.site.others.values()) for found in readable_in_spite_of_passphrase(site.tried)
    )


@checks("container-replaced")
def test_a_new_container_goes_on_where_the_one_before_ended(lab: Lab) -> None:
    must_find_nothing(lost_with_container(lab.job))
    if reason := unknown_backups(lab.job):
        pytest.skip(reason)


@checks("alerts-configured")
def test_the_jobs_own_alerts_arrive_and_stop_no_backup(lab: Lab) -> None:
    must_find_nothing(alert_findings(lab.job))
    if reason := alerts_not_told(lab.job):
        pytest.skip(reason)


@checks("scheme-supported")
def test_duplicity_knows_the_destinations_scheme(lab: Lab) -> None:
    if lab.site.schemes is None:
        pytest.skip("the program in duplicity's place is no Python script and cannot be asked for its schemes")
    if not any(lab.job.destinations.values()):
        pytest.skip("the job has no destination")
    must_find_nothing(scheme_findings(lab))
    if doubt := doubtful_bucket(lab.job, lab.release):
        pytest.skip(doubt)


@checks("command-succeeds")
def test_duplicity_takes_the_jobs_options(lab: Lab) -> None:
    must_be_able_to_run(lab)
    must_find_nothing([*refused_options_findings(lab), *refused_by_others(lab)])


@checks("command-succeeds")
def test_each_option_of_the_job_is_tried_here(lab: Lab) -> None:
    must_be_able_to_run(lab)
    lost = lost_words(lab.site.tried, lab.sandboxed, lab.site.untried)
    must_find_nothing(Finding("command-succeeds", "", f"{name} is tried", "it is not") for name in lost)
    if lab.site.untried:
        pytest.skip("; ".join(lab.site.untried))


@pytest.mark.runtime("docker", reason="embedded, the source is not mounted at all")
@checks("source-untouched")
def test_the_job_cannot_write_into_its_source(lab: Lab) -> None:
    path = "written by the job"
    tried = lab.host.run(["touch", f"{lab.source}/{path}"])
    refused = [] if tried.returncode else [Finding("source-untouched", path, "a read-only mount", "a file was made")]
    must_find_nothing(refused)
