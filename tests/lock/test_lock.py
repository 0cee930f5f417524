"""The job is the one that was approved."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.job import Job
from verify.lab.settings import LabSettings
from verify.policy import Policy
from verify.regression import approve, lock_findings, meaning_of
from verify.selection.survey import lists_of


@checks("lock-current")
def test_the_jobs_rules_and_options_are_the_approved_ones(
    pytestconfig: pytest.Config, job: Job, policy: Policy
) -> None:
    if policy.lock is None:
        pytest.skip("no lock was named with --lock, or in the policy")
    release = LabSettings.from_options(vars(pytestconfig.option)).release
    meaning = meaning_of(job, lists_of(job, release))
    if pytestconfig.getoption("update_lock"):
        approve(policy.lock, meaning)
    must_find_nothing(lock_findings(policy.lock, meaning))
