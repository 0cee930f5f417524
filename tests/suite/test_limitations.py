"""What duplicity by design does not keep: each of these turns red on the day that it does."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.lab.lab import Lab
from verify.trees import LIMITATIONS, Limitation, compare

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("limitation-holds")
@pytest.mark.parametrize("limitation", LIMITATIONS, ids=lambda limitation: limitation.id)
def test_a_known_limitation_is_still_one(lab: Lab, limitation: Limitation) -> None:
    if limitation not in lab.limitations:
        pytest.skip(f"duplicity {lab.release} does not have it")
    chain = lab.new_chain()
    for tree in limitation.example.trees:
        refused = lab.fill_source(tree)
        if refused:
            pytest.skip(f"this host cannot make its example: {refused[0][1]}, {refused[0][2]}")
        newest = lab.take_point(chain)
    restored = lab.restore(newest)
    restored.result.must_succeed()
    gone = Finding("limitation-holds", "", limitation.summary, "it came back as it was", "remove it from LIMITATIONS")
    must_find_nothing([] if any(compare(newest.inventory, restored.inventory)) else [gone])
