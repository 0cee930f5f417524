"""What the modules of the suite share: their order, and chains that several checks look at."""

from pathlib import Path

import pytest

from verify.concerns.chain_copies import Copies
from verify.evidence import runtime_of
from verify.lab.lab import Chain, Lab
from verify.trees import GALLERY

HERE = Path(__file__).parent
FIRST = ("test_job.py", "test_job_received.py")  # they need no backup, so an operator has them after seconds


@pytest.hookimpl(trylast=True)  # after pytest has put together what shares a lab
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what needs no backup first in each runtime."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ours = [items[place] for place in places]
    runtimes = list(dict.fromkeys(map(runtime_of, ours)))
    ours.sort(key=lambda item: (runtimes.index(runtime_of(item)), item.path.name not in FIRST))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@pytest.fixture(scope="session", params=["plain", "encrypted"])
def gallery(lab: Lab, request: pytest.FixtureRequest) -> Chain:
    """A chain over every kind of node and every kind of edit, unencrypted and encrypted."""
    if request.param == "encrypted" and lab.unencrypted:
        pytest.skip(lab.unencrypted)
    return lab.back_up(GALLERY, encrypted=request.param == "encrypted")


@pytest.fixture(scope="session")
def copies(lab: Lab) -> Copies:
    """Small chains to be spoilt, each case its own copy."""
    return Copies(lab)
