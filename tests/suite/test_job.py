"""The job says what to back up, to where and when, and duplicity can do it."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.concerns.gates import lacking_findings, refused_options_findings, scheme_findings, why_closed
from verify.job import (
    incomplete,
    lost_with_container,
    readable_in_spite_of_passphrase,
    two_readings,
)
from verify.lab.lab import Lab


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


@checks("encryption-on")
def test_a_job_with_a_passphrase_encrypts(lab: Lab) -> None:
    must_find_nothing(readable_in_spite_of_passphrase(lab.job))


@checks("container-replaced")
def test_a_new_container_goes_on_where_the_one_before_ended(lab: Lab) -> None:
    must_find_nothing(lost_with_container(lab.job))


@checks("scheme-supported")
def test_duplicity_knows_the_destinations_scheme(lab: Lab) -> None:
    if lab.site.schemes is None:
        pytest.skip("the program in duplicity's place is no Python script and cannot be asked for its schemes")
    must_find_nothing(scheme_findings(lab))


@checks("command-succeeds")
def test_duplicity_takes_the_jobs_options(lab: Lab) -> None:
    if lacks := lacking_findings(lab):
        pytest.skip(why_closed(lacks))
    must_find_nothing(refused_options_findings(lab))


@pytest.mark.runtime("docker", reason="embedded, the source is not mounted at all")
@checks("source-untouched")
def test_the_job_cannot_write_into_its_source(lab: Lab) -> None:
    path = "written by the job"
    tried = lab.host.run(["touch", f"{lab.source}/{path}"])
    refused = [] if tried.returncode else [Finding("source-untouched", path, "a read-only mount", "a file was made")]
    must_find_nothing(refused)
