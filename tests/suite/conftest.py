"""What the modules of the suite share: chains that several checks look at."""

import pytest

from verify.lab.lab import Chain, Lab
from verify.trees import GALLERY


@pytest.fixture(scope="session", params=["plain", "encrypted"])
def gallery(lab: Lab, request: pytest.FixtureRequest) -> Chain:
    """A chain over every kind of node and every kind of edit, unencrypted and encrypted."""
    if request.param == "encrypted" and not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")
    return lab.back_up(GALLERY, encrypted=request.param == "encrypted")
