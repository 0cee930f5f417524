"""The job's own rules take what they say: each of them is met, and narrowly missed."""

import os

import pytest

from verify.checks import checks, must_find_nothing
from verify.lab.jobs.own_rules import OwnRules
from verify.lab.jobs.scheduled_job import ScheduledJob
from verify.lab.lab import Lab
from verify.trees import compare, findings_of


@pytest.fixture(scope="session")
def own(lab: Lab) -> OwnRules:
    """The rules of the job, as they are in the lab."""
    rules = OwnRules.of(lab)
    if rules.unread:
        pytest.skip(f"the list {rules.unread} that the job names is not on this machine")
    return rules


@checks("command-succeeds", "included-present", "excluded-absent", "selection-as-predicted", "content", "metadata")
@pytest.mark.parametrize("leaves", [False, True], ids=["around-folders", "around-files"])
def test_the_jobs_rules_leave_out_what_they_exclude_and_nothing_else(lab: Lab, own: OwnRules, leaves: bool) -> None:
    lab.fill_source(own.tree(leaves=leaves))
    encrypted = not (lab.unencrypted or leaves)  # once is enough: rules know nothing of it
    point = lab.try_point(lab.new_chain(encrypted=encrypted, selection=True))
    must_find_nothing(own.refusal_findings(lab, point.result))
    restored = lab.restore(point)
    restored.result.must_succeed()
    must_find_nothing(own.placement_findings(point.inventory, lab.listing(point).paths, restored.inventory))
    must_find_nothing(own.change_findings(point.inventory, restored.inventory, lab.limitations))
    if leaves and lab.site.untried:  # what is not tried is proven in part only
        pytest.skip("; ".join(lab.site.untried))


@pytest.mark.runtime("docker", reason="entrypoint, jobrunner and dup are the image's own")
@checks(
    "job-runs", "included-present", "excluded-absent", "selection-as-predicted", "single-path", "content", "metadata"
)
def test_the_scheduled_run_leaves_a_backup_that_the_images_commands_restore(lab: Lab, own: OwnRules) -> None:
    lab.fill_source(own.tree())
    source = lab.source_host.observe(lab.source)
    job = ScheduledJob(lab)
    if job.refused:
        pytest.skip(job.refused)
    job.run()
    restored = job.restored()
    must_find_nothing(own.placement_findings(source, job.listed(), restored))
    must_find_nothing(own.change_findings(source, restored, lab.limitations))
    wanted = own.one_included(source)
    if wanted:
        must_find_nothing(job.grep_findings(wanted))
        alone = job.restored(os.fsdecode(wanted))
        must_find_nothing(findings_of(compare(source.below(wanted), alone, lab.limitations), check="single-path"))
