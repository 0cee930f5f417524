"""The job after a change is the approved one."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.policy import Policy
from verify.regression import lock_findings, meaning_of
from verify.regression.sides import Side


@checks("lock-current")
def test_the_job_after_the_change_is_the_approved_one(sides: tuple[Side, Side], policy: Policy, approved: bool) -> None:
    if policy.lock is None:
        pytest.skip("no lock was named with --lock, or in the policy")
    must_find_nothing(() if approved else lock_findings(policy.lock, meaning_of(sides[1].job, sides[1].lists)))
