"""Nobody learns a passphrase or a key from what duplicity says, or from a list of processes."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.secrets import Talkative, output_findings
from verify.lab.client.results import Result
from verify.lab.lab import Lab
from verify.secret import Secret
from verify.trees import MARKED


@pytest.fixture(scope="session")
def talkative(lab: Lab) -> Talkative:
    if not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")
    return Talkative.of(lab)


@pytest.fixture(scope="session")
def results(lab: Lab, talkative: Talkative) -> list[Result]:
    """What a backup, a listing and a restore that fails print at the highest verbosity."""
    lab.fill_source(MARKED.first)
    point = lab.take_point(talkative.chain)
    return [point.result, lab.listing(point), lab.restore(point, passphrase=Secret("a wrong one")).result]


@checks("secrets-hidden")
def test_no_command_prints_a_secret(results: list[Result]) -> None:
    must_find_nothing(output_findings(results))


@checks("secrets-hidden")
def test_no_secret_stands_in_the_arguments_of_gpg(talkative: Talkative, results: list[Result]) -> None:
    assert results[0].ok
    must_find_nothing(talkative.argument_findings())
