"""The job says what to back up, and duplicity does what it says."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.job import incomplete, scheme_finding, two_readings
from verify.lab.lab import Lab
from verify.lab.scheduled import ScheduledJob
from verify.lab.selected import edges_of_exclusion, selection_findings
from verify.trees import compare, findings_of


@checks("two-readings")
def test_both_readings_of_the_env_file_give_the_same_job(lab: Lab) -> None:
    must_find_nothing(two_readings(lab.job))


@checks("job-complete")
def test_the_job_says_what_to_back_up_and_where_and_when(lab: Lab) -> None:
    must_find_nothing(incomplete(lab.job))


@checks("scheme-supported")
def test_duplicity_knows_the_destinations_scheme(lab: Lab) -> None:
    if lab.schemes is None:
        pytest.skip("the program in duplicity's place is no Python script and cannot be asked for its schemes")
    must_find_nothing(scheme_finding(lab.job, lab.schemes, lab.release))


@checks("command-succeeds", "excluded-absent", "included-present")
def test_the_jobs_own_options_leave_out_what_they_exclude_and_nothing_else(lab: Lab) -> None:
    edges = edges_of_exclusion(lab.sandboxed)
    lab.fill_source(edges.tree)
    point = lab.take_point(lab.new_chain(encrypted=not lab.unencrypted, selection=True))
    must_find_nothing(selection_findings(edges, lab.listing(point).paths))


@pytest.mark.runtime("docker", reason="entrypoint, jobrunner and dup are the image's own")
@checks("job-runs", "excluded-absent", "included-present", "single-path")
def test_the_scheduled_run_leaves_a_backup_that_the_images_commands_restore(lab: Lab) -> None:
    edges = edges_of_exclusion(lab.sandboxed)
    lab.fill_source(edges.tree)
    source = lab.source_host.observe(lab.source)
    job = ScheduledJob(lab)
    if job.refused:
        pytest.skip(job.refused)
    job.run()
    must_find_nothing(selection_findings(edges, job.listed()))
    assert any("traefik.yml" in line for line in job.found("traefik.yml"))
    wanted = b"config/traefik/traefik.yml"
    restored = job.restored(wanted.decode())
    must_find_nothing(findings_of(compare(source.below(wanted), restored, lab.limitations), point="newest"))


@pytest.mark.runtime("docker", reason="embedded, the source is not mounted at all")
@checks("source-untouched")
def test_the_job_cannot_write_into_its_source(lab: Lab) -> None:
    path = "written by the job"
    tried = lab.host.run(["touch", f"{lab.source}/{path}"])
    refused = [] if tried.returncode else [Finding("source-untouched", path, "a read-only mount", "a file was made")]
    must_find_nothing(refused)
