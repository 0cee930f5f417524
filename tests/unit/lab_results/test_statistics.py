"""A backup's statistics against inventories: what is right is not found, and what is wrong is."""

import pytest

from verify.concerns.listings import statistics_findings
from verify.lab.client.results import BackupResult
from verify.trees import Inventory, Tree, file, folder, special
from verify.trees.edits import Create, Delete, Overwrite, Replace, Swap
from verify.trees.model import Segment

TREE = Tree({b"a": file((1, 10)), b"b": file((2, 20)), b"c": folder()})
EDITS = (Delete(b"a"), Overwrite(b"b", 0, Segment(3, 5)), Replace(b"c", file((4, 4))), Create(b"d", folder()))
FULL = {
    "SourceFiles": 4,
    "NewFiles": 4,
    "DeletedFiles": 0,
    "ChangedFiles": 0,
    "DeltaEntries": 4,
    "RawDeltaSize": 30,
    "Errors": 0,
}
NEXT = {
    "SourceFiles": 4,
    "NewFiles": 2,
    "DeletedFiles": 1,
    "ChangedFiles": 2,
    "DeltaEntries": 5,
    "RawDeltaSize": 9,
    "Errors": 0,
}


def said(counts: dict[str, int]) -> BackupResult:
    lines = "".join(f"{name} {count}\n" for name, count in counts.items())
    log = f"---[ Backup Statistics ]---\n{lines}---------------------------\n"
    return BackupResult(("full",), 0, 1.0, 1.0, b"", log)


def inventories() -> tuple[Inventory, Inventory]:
    trees = [TREE]
    for edit in EDITS:
        trees.append(edit.apply(trees[-1]))
    return Inventory.of(TREE), Inventory.of(trees[-1])


def test_true_statistics_are_no_finding() -> None:
    before, now = inventories()
    assert statistics_findings(said(FULL), None, before, ()) == []
    assert statistics_findings(said(NEXT), before, now, ()) == []


def test_what_no_backup_keeps_is_nothing_that_duplicity_counts() -> None:
    tree = Tree({b"a": file(link=1), b"b": file(), b"c": file(link=1)})
    marked = file(xattrs=((b"user.a", b"1"),))
    later = Tree({**Swap(b"a", b"b").apply(tree), b"a": marked, b"socket": special("socket")})
    then, now = Inventory.of(tree), Inventory.of(later)
    assert statistics_findings(said({**dict.fromkeys(NEXT, 0), "SourceFiles": len(then)}), then, now, ()) == []


@pytest.mark.parametrize("name", ["SourceFiles", "NewFiles", "DeltaEntries", "RawDeltaSize", "Errors"])
def test_a_wrong_count_of_a_full_is_found(name: str) -> None:
    before, _ = inventories()
    (found,) = statistics_findings(said({**FULL, name: FULL[name] + 1}), None, before, ())
    assert (found.check, found.expected, found.got) == (
        "statistics-true",
        f"{name} {FULL[name]} in what the backup prints",
        str(FULL[name] + 1),
    )


@pytest.mark.parametrize("name", ["SourceFiles", "DeletedFiles", "ChangedFiles", "DeltaEntries", "Errors"])
def test_a_wrong_count_of_an_incremental_is_found(name: str) -> None:
    before, now = inventories()
    found = statistics_findings(said({**NEXT, name: NEXT[name] + 1}), before, now, ())
    assert name in {each.expected.split()[0] for each in found}


def test_no_statistics_are_found_missing() -> None:
    before, _ = inventories()
    found = statistics_findings(BackupResult(("full",), 0, 1.0, 1.0, b"", ""), None, before, ())
    assert {each.got for each in found} == {"no such line"}
