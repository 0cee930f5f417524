"""An encrypted backup tells nothing to who holds the store, or has a wrong passphrase."""

from collections.abc import Callable

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.encryption import kinds_seen, plaintext_findings
from verify.lab.lab import Chain, Lab
from verify.secret import Secret
from verify.trees import MARKED

pytestmark = pytest.mark.of_the_release

NEARLY_RIGHT = {"other-letters": str.swapcase, "last-character-missing": lambda right: right[:-1]}


@pytest.fixture(scope="session")
def encrypted(lab: Lab) -> Chain:
    if lab.unencrypted:
        pytest.skip(lab.unencrypted)
    return lab.back_up(MARKED, encrypted=True)


@checks("encrypted-at-rest")
def test_no_object_in_the_store_shows_a_content_or_a_name(lab: Lab, encrypted: Chain) -> None:
    must_find_nothing(plaintext_findings(encrypted, MARKED))


@checks("encrypted-at-rest")
def test_the_search_for_plaintext_finds_it_where_there_is_some(lab: Lab, encrypted: Chain) -> None:
    chain = lab.back_up(MARKED)
    assert kinds_seen(chain, MARKED) == {"name", "content"}


@checks("wrong-passphrase")
@pytest.mark.parametrize("new_machine", [False, True], ids=["same-machine", "new-machine"])
def test_a_wrong_passphrase_restores_nothing(lab: Lab, encrypted: Chain, new_machine: bool) -> None:
    wrong = Secret("not " + lab.passphrase.reveal())
    restored = lab.restore(encrypted.points[-1], new_machine=new_machine, passphrase=wrong)
    restored.must_be_refused("wrong-passphrase")


@checks("wrong-passphrase")
@pytest.mark.parametrize("nearly", NEARLY_RIGHT.values(), ids=NEARLY_RIGHT)
def test_a_passphrase_that_is_nearly_right_restores_nothing(
    lab: Lab, encrypted: Chain, nearly: Callable[[str], str]
) -> None:
    wrong = Secret(nearly(lab.passphrase.reveal()))
    if wrong == lab.passphrase:
        pytest.skip("the job's passphrase has no letters")
    restored = lab.restore(encrypted.points[-1], new_machine=True, passphrase=wrong)
    restored.must_be_refused("wrong-passphrase")
