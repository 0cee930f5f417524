"""What `verify` said against two inventories: it agrees, or one of both is wrong."""

import pytest

from verify.concerns.listings import verify_findings
from verify.lab.client.results import VerifyResult
from verify.trees import Inventory, Tree, file, special
from verify.trees.edits import Overwrite, Swap
from verify.trees.model import Segment

TREE = Tree({b"a": file(link=1), b"b": file(), b"c": file(link=1)})


def said(differences: int) -> VerifyResult:
    log = f"Verify complete: 3 file(s) compared, {differences} difference(s) found.\n"
    return VerifyResult(("verify",), int(differences > 0), 1.0, 1.0, b"", log)


def test_a_difference_that_only_one_of_both_sees_is_a_finding() -> None:
    then, now = Inventory.of(TREE), Inventory.of(Overwrite(b"b", 0, Segment(1, 5)).apply(TREE))
    assert verify_findings(said(0), then, then, ()) == []
    assert verify_findings(said(1), then, now, ()) == []
    (missed,) = verify_findings(said(0), then, now, ())
    assert (missed.check, missed.path) == ("verify-agrees", "b")
    (invented,) = verify_findings(said(1), then, then, ())
    assert (invented.check, invented.path) == ("verify-agrees", "")


@pytest.mark.parametrize(
    "changed",
    [
        Swap(b"a", b"b").apply(TREE),  # of which one has another name, too
        Tree({**TREE, b"b": file(xattrs=((b"user.a", b"1"),))}),
        Tree({**TREE, b"socket": special("socket")}),
    ],
    ids=["names", "xattrs", "socket"],
)
def test_what_no_backup_keeps_is_nothing_that_duplicity_compares(changed: Tree) -> None:
    then, now = Inventory.of(TREE), Inventory.of(changed)
    assert verify_findings(said(0), then, now, ()) == verify_findings(said(0), now, then, ()) == []
