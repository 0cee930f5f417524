"""The job says what to back up, and duplicity does what it says."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.job import incomplete, scheme_finding, two_readings
from verify.lab.lab import Lab
from verify.lab.scheduled import ScheduledJob
from verify.lab.selected import edges_of_exclusion, selection_findings


@checks("two-readings")
def test_both_readings_of_the_env_file_give_the_same_job(lab: Lab) -> None:
    must_find_nothing(two_readings(lab.job))


@checks("job-complete")
def test_the_job_says_what_to_back_up_and_where_and_when(lab: Lab) -> None:
    must_find_nothing(incomplete(lab.job))


@checks("scheme-supported")
def test_duplicity_knows_the_destinations_scheme(lab: Lab) -> None:
    must_find_nothing(scheme_finding(lab.job, lab.schemes, lab.release))


@checks("command-succeeds", "excluded-absent", "included-present")
def test_the_jobs_own_options_leave_out_what_they_exclude_and_nothing_else(lab: Lab) -> None:
    edges = edges_of_exclusion(lab.sandboxed)
    chain = lab.new_chain(encrypted=lab.job.encrypted, selection=True)
    lab.fill_source(edges.tree)
    point = lab.take_point(chain)
    must_find_nothing(selection_findings(edges, lab.listing(point).paths))


@pytest.mark.runtime("docker", reason="jobrunner, dup and the schedule are the image's own")
@checks("job-runs", "excluded-absent", "included-present")
def test_the_scheduled_job_leaves_a_backup_that_its_own_commands_restore(lab: Lab) -> None:
    edges = edges_of_exclusion(lab.sandboxed)
    lab.fill_source(edges.tree)
    expected = lab.source_host.observe(lab.source)
    job = ScheduledJob(lab)
    job.run()
    must_find_nothing(selection_findings(edges, job.listed(edges.tree)))
    for path in edges.included_files:
        job.restored(path).must_equal(expected.below(path))
