"""An encrypted backup tells nothing to who holds the store, or has a wrong passphrase."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.lab.lab import Lab
from verify.lab.plaintext import kinds_seen, plaintext_findings
from verify.trees import MARKED


@pytest.fixture(autouse=True)
def _encrypting(lab: Lab) -> None:
    if not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")


@checks("encrypted-at-rest")
def test_no_object_in_the_store_shows_a_content_or_a_name(lab: Lab) -> None:
    chain = lab.back_up(MARKED, encrypted=True)
    must_find_nothing(plaintext_findings(lab, chain, MARKED))


@checks("encrypted-at-rest")
def test_the_search_finds_plaintext_where_there_is_some(lab: Lab) -> None:
    chain = lab.back_up(MARKED, encrypted=False)
    assert kinds_seen(lab, chain, MARKED) == {"name", "content"}


@checks("wrong-passphrase")
@pytest.mark.parametrize("new_machine", [False, True], ids=["same-machine", "new-machine"])
def test_a_wrong_passphrase_restores_nothing(lab: Lab, new_machine: bool) -> None:
    chain = lab.back_up(MARKED, encrypted=True)
    lab.with_wrong_passphrase(chain)
    restored = lab.restore(chain.points[-1], new_machine=new_machine)
    restored.must_be_refused("wrong-passphrase")
