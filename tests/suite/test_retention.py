"""Old backups go when they are told to, and the kept ones need nothing of them."""

import pytest

from verify.checks import Finding, Severity, checks, must_find_nothing
from verify.lab.lab import Lab, Taking
from verify.trees import MARKED

pytestmark = pytest.mark.of_the_release


@checks("retention")
def test_what_retention_keeps_comes_back_and_what_it_removes_is_gone(lab: Lab) -> None:
    chain = lab.back_up(MARKED)
    removed = {stored.name for stored in chain.destination.objects()}
    kept = lab.take_point(chain, Taking(chain.next_time, full=True))

    lab.ran(chain.duplicity.remove_all_but_n_full(chain.destination.url, 1, force=True)).must_succeed()

    left = removed & {stored.name for stored in chain.destination.objects()}
    must_find_nothing(
        Finding("retention", name, "removed with its chain", "still there", severity=Severity.AT_RISK)
        for name in sorted(left)
    )
    lab.restore(kept, new_machine=True).must_equal(kept.inventory, check="retention")
