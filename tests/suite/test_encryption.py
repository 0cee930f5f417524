"""An encrypted backup shows nothing to who holds the store, or a wrong passphrase."""

import pytest

from verify.checks import checks
from verify.lab.lab import Lab
from verify.lab.plaintext import MARKED, findings_of_plaintext, markers_seen


@checks("encrypted-at-rest")
def test_no_object_in_the_store_shows_a_content_or_a_name(lab: Lab) -> None:
    if not lab.job.encrypted:
        pytest.skip("the job asks for --no-encryption")
    findings_of_plaintext(lab, lab.back_up(MARKED, encrypted=True))


def test_the_search_for_plaintext_finds_it_in_an_unencrypted_backup(lab: Lab) -> None:
    chain = lab.back_up(MARKED, encrypted=False)
    assert markers_seen(lab, chain) == {"name", "content"}
