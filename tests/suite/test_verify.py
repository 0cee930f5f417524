"""duplicity's own `verify --compare-data` and our comparison agree, both ways."""

from dataclasses import replace

import pytest
from hypothesis import given

from verify.checks import checks, must_find_nothing
from verify.lab.lab import Lab
from verify.lab.listed import verify_findings
from verify.trees import MARKED, History, Inventory, Tree, file, histories, histories_of, special

SAME_BUT_FOR_BYTES = histories_of(Tree({b"file": file((1, 5000))}), Tree({b"file": file((1, 2500), (2, 2500))}))

PASSED_OVER = {
    "xattr": histories_of(Tree({b"file": file()}), Tree({b"file": file(xattrs=((b"user.a", b"1"),))})),
    "socket": histories_of(Tree({b"file": file()}), Tree({b"file": file(), b"socket": special("socket")})),
}


@checks("verify-agrees")
@given(history=histories(points=2))
def test_verify_tells_what_changed_since_the_backup(lab: Lab, history: History) -> None:
    before, after = history.trees
    lab.fill_source(before)
    point = lab.take_point(lab.new_chain())
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, point.inventory, lab.limitations))
    lab.fill_source(after, before)
    now = lab.observe_source()
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))


@checks("verify-agrees")
@pytest.mark.parametrize("what", PASSED_OVER)
def test_verify_passes_over_what_no_backup_keeps(lab: Lab, what: str) -> None:
    before, after = PASSED_OVER[what].trees
    lab.fill_source(before)
    point = lab.take_point(lab.new_chain())
    lab.fill_source(after, before)
    now = lab.observe_source()
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))


@checks("verify-agrees")
def test_verify_compares_bytes_and_not_only_sizes_and_times(lab: Lab) -> None:
    before, after = SAME_BUT_FOR_BYTES.trees
    lab.fill_source(before)
    point = lab.take_point(lab.new_chain())
    lab.fill_source(after)
    now = lab.source_host.observe(lab.source)
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))


@checks("verify-agrees", "command-succeeds")
def test_verify_selects_as_the_backup_did(lab: Lab) -> None:
    lab.fill_source(MARKED.first)
    left_out = next(path for path in MARKED.first if path)
    chain = lab.new_chain()
    options = (*chain.duplicity.options, f"--exclude={chain.source}/{left_out.decode()}")
    chain.duplicity = replace(chain.duplicity, options=options)
    result = lab.verify(lab.take_point(chain))
    must_find_nothing(verify_findings(result, Inventory.empty(), Inventory.empty(), lab.limitations))
