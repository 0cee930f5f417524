"""What the modules of the suite share: their order, and chains that several checks look at."""

from dataclasses import replace
from pathlib import Path

import pytest

from verify.concerns.chain_copies import Copies
from verify.evidence import runtime_of
from verify.lab.client.variants import Variant
from verify.lab.lab import Chain, Lab
from verify.plugin.proving import failed_before, function_of
from verify.trees import GALLERY

HERE = Path(__file__).parent
# What is run in this order: what says whether the job can run at all, then what failed when it was last verified, then
# the job's own. The rest has the longest first, so that no worker has one left when the others are done.
GATES = "test_job.py"
OWN = (
    "test_job_received.py",
    "test_job_alerts.py",
    "test_job_rules.py",
    "test_cycle.py",
    "test_own_backend.py",
    "test_source.py",
)
LONG = ("test_selection.py", "test_endurance.py", "test_faults.py", "test_points_in_time.py", "test_operations.py")
SHARED = ("gallery", "encrypted", "talkative", "point", "network")  # fixtures that cost several backups


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is not tried where the job cannot run, and what shares a chain."""
    if item.path.parent != HERE:
        return
    if item.path.name != GATES:
        item.add_marker("behind_the_gates")
    for name in SHARED:
        if name in getattr(item, "fixturenames", ()):
            params = getattr(getattr(item, "callspec", None), "params", {})
            item.add_marker(pytest.mark.together(f"{name} {params.get(name, '')}"))


@pytest.hookimpl(trylast=True)  # after pytest has put together what shares a lab
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of each runtime in our order."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ours = [items[place] for place in places]
    runtimes = list(dict.fromkeys(map(runtime_of, ours)))
    failed = failed_before(config)
    ours.sort(key=lambda item: (runtimes.index(runtime_of(item)), *_stage(item, failed)))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def _stage(item: pytest.Item, failed: frozenset[str]) -> tuple[int, int]:
    name = item.path.name
    if name == GATES:
        return 0, 0
    if function_of(item.nodeid) in failed:
        return 1, 0
    if item.get_closest_marker("of_the_release") is None:
        return 2, OWN.index(name)
    return 3, LONG.index(name) if name in LONG else len(LONG)


@pytest.fixture(scope="session")
def folder_lab(lab: Lab, pytestconfig: pytest.Config) -> Lab:
    """Give the lab as a test has it that is marked `in_a_folder`, for chains that such tests share."""
    nightly = pytestconfig.getoption("profile") == "nightly"
    return replace(lab, variant=Variant(place="store" if nightly else "folder"))


@pytest.fixture(scope="session", params=["plain", "encrypted"])
def gallery(folder_lab: Lab, request: pytest.FixtureRequest) -> Chain:
    """A chain over every kind of node and every kind of edit, unencrypted and encrypted."""
    if request.param == "encrypted" and folder_lab.unencrypted:
        pytest.skip(folder_lab.unencrypted)
    return folder_lab.back_up(GALLERY, encrypted=request.param == "encrypted")


@pytest.fixture(scope="session")
def copies(lab: Lab) -> Copies:
    """Small chains to be spoilt, each case its own copy."""
    return Copies(lab)
