"""Two duplicities make the same of the same history, and each restores what the other backed up."""

from collections.abc import Iterator

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.chain_copies import NOW
from verify.concerns.two_releases import (
    UPGRADES,
    ComparedRelease,
    disagreement_findings,
    reading_findings,
    sides,
    upgrade_findings,
)
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.options import AGAINST
from verify.trees import GALLERY


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Compare encrypted backups too by night, and where a duplicity to compare with is named."""
    named = any(metafunc.config.getoption(each.name) for each in AGAINST)
    both = named or metafunc.config.getoption("profile") == "nightly"
    if "encrypted" in metafunc.fixturenames:
        ways = [False, True] if both else [False]
        metafunc.parametrize("encrypted", ways, ids=["plain", "encrypted"][: len(ways)], scope="session")


@pytest.fixture(scope="session")
def other(lab: Lab) -> Iterator[Lab]:
    """Give a lab like the first, with the other duplicity in it."""
    with open_lab(lab.site.settings.other, lab.runtime) as other:
        yield other


@pytest.fixture(scope="session")
def both(lab: Lab, other: Lab, encrypted: bool) -> list[ComparedRelease]:
    if encrypted and not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")
    return sides((lab, other), GALLERY, encrypted=encrypted)


@checks("releases-agree")
def test_both_make_the_same_of_one_history(both: list[ComparedRelease]) -> None:
    must_find_nothing(disagreement_findings(*both))


@checks("upgrade-path")
@pytest.mark.parametrize("writer", [0, 1], ids=["first-writes", "other-writes"])
def test_each_restores_what_the_other_backed_up(both: list[ComparedRelease], writer: int) -> None:
    must_find_nothing(reading_findings(both[writer], both[1 - writer].lab))


@pytest.mark.runtime("embedded", reason="a container holds one release")
@checks("upgrade-path")
def test_a_chain_goes_on_through_every_generation(lab: Lab, encrypted: bool) -> None:
    if encrypted and not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")
    must_find_nothing(upgrade_findings(lab, NOW, UPGRADES, encrypted=encrypted))
