"""duplicity takes what the model of its rules says, path by path, and refuses the rules that the model refuses."""

import pytest
from hypothesis import settings

from verify.checks import checks
from verify.collecting import collected
from verify.lab.lab import Lab
from verify.lab.packs import Packer
from verify.pairs import SHARED, Shared, edge_of, pairs

PAIRS = 4  # to an example of the profile: a pair costs a fraction of a backup, and every pack needs one


@checks("included-present", "excluded-absent", "oracle-agrees")
@pytest.mark.parametrize("shared", SHARED, ids=str)
def test_duplicity_takes_what_the_model_of_its_rules_says(lab: Lab, shared: Shared) -> None:
    packer = Packer(lab, shared)
    collected(
        f"selection, {shared}",
        pairs(shared, lab.release),
        packer.together,
        packer.alone,
        examples=PAIRS * settings().max_examples,
        explicit=[edge_of(shared)],
    )
