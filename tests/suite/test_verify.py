"""duplicity's own `verify --compare-data` and our comparison agree, both ways."""

from dataclasses import replace

import pytest
from hypothesis import given

from verify.checks import Finding, checks, must_find_nothing
from verify.concerns.listings import verify_findings
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Lab, Point
from verify.selection.rules import canonical
from verify.trees import MARKED, History, Inventory, Tree, file, histories, histories_of, special, symlink

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]

SAME_BUT_FOR_BYTES = histories_of(Tree({b"file": file((1, 5000))}), Tree({b"file": file((1, 2500), (2, 2500))}))

PASSED_OVER = {
    "xattr": histories_of(Tree({b"file": file()}), Tree({b"file": file(xattrs=((b"user.a", b"1"),))})),
    "socket": histories_of(Tree({b"file": file()}), Tree({b"file": file(), b"socket": special("socket")})),
}
# A symlink's target, the one that it gets, and the exit code of verify, which is to be 1; measured with 0.8.22, 1.2.3,
# 2.2.4, 3.2.1.
NOT_COMPARED = {
    "percent": (b"nowhere", b"100%", 30),  # it stops, with a TypeError
    "slash": (b"nowhere", b"nowhere/", 0),  # it passes over that
}


def is_compared(history: History) -> bool:
    """Return whether duplicity can compare what a symlink led to with what it leads to: see NOT_COMPARED."""
    before, after = history.trees
    targets = [(node.target, after[path].target) for path, node in before.items() if path in after]
    changed = [(one, other) for one, other in targets if one != other and one and other]
    return not any(b"%" in one + other or one.rstrip(b"/") == other.rstrip(b"/") for one, other in changed)


def changed_since(lab: Lab, history: History) -> Point:
    """Back up the first of two trees, and have the source hold the second; return the point."""
    before, after = history.trees
    lab.fill_source(before)
    point = lab.take_point(lab.new_chain())
    lab.fill_source(after, before)
    return point


@checks("limitation-holds")
@pytest.mark.parametrize("case", NOT_COMPARED)
def test_a_changed_symlink_that_verify_does_not_compare(lab: Lab, case: str) -> None:
    then, now, code = NOT_COMPARED[case]
    history = histories_of(Tree({b"link": symlink(then)}), Tree({b"link": symlink(now)}))
    assert not is_compared(history)
    ended = lab.verify(changed_since(lab, history))
    got, hint = f"exit code {ended.exit_code}", "drop it from NOT_COMPARED and `is_compared`"
    told = Finding("limitation-holds", "link", f"verify ends with exit code {code}", got, hint)
    must_find_nothing([told] if ended.exit_code != code else [])


@checks("verify-agrees")
@given(history=histories(points=2).filter(is_compared))
def test_verify_tells_what_changed_since_the_backup(lab: HistoryLab, history: History) -> None:
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
    point = changed_since(lab, PASSED_OVER[what])
    now = lab.observe_source()
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))


@checks("verify-agrees")
def test_verify_compares_bytes_and_not_only_sizes_and_times(lab: Lab) -> None:
    point = changed_since(lab, SAME_BUT_FOR_BYTES)
    now = lab.source_host.observe(lab.source)
    must_find_nothing(verify_findings(lab.verify(point), point.inventory, now, lab.limitations))


@checks("verify-agrees", "command-succeeds")
def test_verify_selects_as_the_backup_did(lab: Lab) -> None:
    lab.fill_source(MARKED.first)
    left_out = next(path for path in MARKED.first if path)
    chain = lab.new_chain()
    options = (*chain.duplicity.options, f"--exclude={canonical(chain.source)}/{left_out.decode()}")
    chain.duplicity = replace(chain.duplicity, options=options)
    result = lab.verify(lab.take_point(chain))
    must_find_nothing(verify_findings(result, Inventory.empty(), Inventory.empty(), lab.limitations))
