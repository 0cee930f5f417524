"""A cycle with the job's own options, plain and encrypted: full, incremental, and both points restored."""

import pytest

from verify.checks import checks
from verify.lab.lab import Lab
from verify.trees import MARKED


@checks("command-succeeds", "structure", "content", "metadata", "point-in-time")
@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_a_cycle_with_the_jobs_own_options_comes_back(lab: Lab, encrypted: bool) -> None:
    if encrypted and lab.unencrypted:
        pytest.skip(lab.unencrypted)
    for point in lab.back_up(MARKED, encrypted=encrypted).points:
        lab.restore(point).must_equal(point.inventory)
