"""A backup that a faulty network or a store that went down interrupted is made good by the next run."""

from collections.abc import Callable, Iterator

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.chain_copies import Copies
from verify.concerns.interrupted_backups import rerun_findings
from verify.concerns.network_outages import Outage, outages, verdict_on_outage
from verify.lab.lab import Lab
from verify.lab.stores.faulty_network import MISSING, FaultyNetwork

pytestmark = pytest.mark.of_the_release


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take the outages that the profile runs."""
    if "outage" in metafunc.fixturenames:
        metafunc.parametrize("outage", outages(metafunc.config.getoption("profile") or "default"), ids=str)


@pytest.fixture(scope="session")
def network(lab: Lab) -> Iterator[FaultyNetwork]:
    if lab.site.open_network is None:
        pytest.skip(MISSING)
    with lab.site.open_network() as network:
        yield network


@checks("network-recovers")
def test_a_backup_over_a_faulty_network_is_made_good_by_the_next_run(
    lab: Lab, copies: Copies, network: FaultyNetwork, outage: Outage, tabulate: Callable[..., None]
) -> None:
    verdict = verdict_on_outage(copies, network, outage)
    tabulate(f"Outages, duplicity {lab.release}, {lab.runtime}", outage.set, outage.name, verdict)
    must_find_nothing(rerun_findings("network-recovers", verdict, str(outage)))
