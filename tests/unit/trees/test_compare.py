"""Whatever differs is reported, with its path and its check, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.trees import (
    GALLERY,
    LIMITATIONS,
    Inventory,
    Node,
    Seen,
    Segment,
    Tree,
    compare,
    file,
    findings_of,
    folder,
    inventory,
    limitations_of,
    printable,
    special,
    symlink,
    trees,
)
from verify.trees.limitations import Version
from verify.trees.model import SECOND, WRITTEN

BASE = Tree(
    {
        b"file": file((1, 100)),
        b"folder": folder(),
        b"folder/inside": file((2, 10)),
        b"symlink": symlink(b"there"),
        b"null": special("char", (1, 3)),
    }
)


def with_node(path: bytes, **changes: object) -> Tree:
    return Tree({**BASE, path: replace(BASE[path], **changes)})  # type: ignore[arg-type]


def without(path: bytes) -> Tree:
    return Tree({other: node for other, node in BASE.items() if other != path})


def test_the_fields_of_a_record_are_numbered_as_they_are_named() -> None:
    assert [getattr(inventory, name.upper()) for name in Seen._fields] == list(range(len(Seen._fields)))


@given(trees())
@settings(deadline=None)
def test_an_inventory_does_not_differ_from_itself(tree: Tree) -> None:
    assert list(compare(Inventory.of(tree), Inventory.of(tree))) == []


CHANGES: list[tuple[Tree, bytes, tuple[str, str], tuple[str, str]]] = [
    (without(b"file"), b"file", ("missing", "structure"), ("file of 100 bytes", "nothing")),
    (Tree({**BASE, b"more": folder()}), b"more", ("added", "structure"), ("nothing", "dir")),
    (Tree({**BASE, b"file": folder()}), b"file", ("kind", "structure"), ("file of 100 bytes", "dir")),
    (with_node(b"file", content=(Segment(1, 99),)), b"file", ("size", "content"), ("100 bytes", "99 bytes")),
    (
        with_node(b"file", content=(Segment(3, 100),)),
        b"file",
        ("bytes", "content"),
        ("100 bytes, sha256", "100 bytes, sha256"),
    ),
    (
        with_node(b"symlink", target=b"here"),
        b"symlink",
        ("target", "content"),
        ("link to there", "link to here"),
    ),
    (
        with_node(b"null", device=(1, 5)),
        b"null",
        ("device", "structure"),
        ("char device 1:3", "char device 1:5"),
    ),
    (with_node(b"file", mode=0o640), b"file", ("mode", "metadata"), ("mode 0644", "mode 0640")),
    (with_node(b"folder", mode=0o1755), b"folder", ("mode", "metadata"), ("mode 0755", "mode 1755")),
    (with_node(b"symlink", uid=5), b"symlink", ("owner", "metadata"), ("owner 0:0", "owner 5:0")),
    (with_node(b"file", gid=5), b"file", ("owner", "metadata"), ("owner 0:0", "owner 0:5")),
    (
        with_node(b"file", mtime_ns=WRITTEN + SECOND),
        b"file",
        ("mtime", "metadata"),
        ("mtime 2020-09-13T12:26:40Z", "mtime 2020-09-13T12:26:41Z"),
    ),
    (
        with_node(b"", mtime_ns=0),
        b"",
        ("mtime", "metadata"),
        ("mtime 2020-09-13T12:26:40Z", "mtime 1970-01-01T00:00:00Z"),
    ),
    (
        with_node(b"file", xattrs=((b"user.a", b"1"),)),
        b"file",
        ("xattrs", "metadata"),
        ("no xattrs", "xattrs user.a=1"),
    ),
]


@pytest.mark.parametrize(("tree", "path", "named", "described"), CHANGES)
def test_each_aspect_is_reported_with_its_path(
    tree: Tree, path: bytes, named: tuple[str, str], described: tuple[str, str]
) -> None:
    [difference] = compare(Inventory.of(BASE), Inventory.of(tree))
    assert (difference.path, (difference.aspect, difference.check)) == (path, named)
    [finding] = findings_of([difference], point="T1")
    assert (finding.check, finding.path) == (named[1], printable(path) or ".")
    assert finding.expected.startswith(described[0])
    assert finding.got.startswith(described[1])
    assert "T1" in finding.hint


@given(trees(), st.data())
@settings(deadline=None)
def test_one_node_that_changes_is_one_path_that_differs(tree: Tree, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(tree)))
    node = tree[path]
    mutation = data.draw(st.sampled_from([name for name, (kinds, _) in MUTATIONS.items() if node.kind in kinds]))
    changed = MUTATIONS[mutation][1](node)
    got = Tree({**tree, **dict.fromkeys(tree.names_of(path), changed)})
    found = list(compare(Inventory.of(tree), Inventory.of(got)))
    assert {difference.path for difference in found} == set(tree.names_of(path))
    assert {difference.aspect for difference in found} == {mutation}


EVERY_KIND = {"file", "dir", "symlink", "fifo", "char", "block"}
MUTATIONS: dict[str, tuple[set[str], Callable[[Node], Node]]] = {
    "mode": (EVERY_KIND - {"symlink"}, lambda node: replace(node, mode=node.mode ^ 0o2000)),
    "owner": (EVERY_KIND, lambda node: replace(node, gid=node.gid + 1)),
    "mtime": (EVERY_KIND, lambda node: replace(node, mtime_ns=node.mtime_ns + 1)),
    "xattrs": ({"file", "dir"}, lambda node: replace(node, xattrs=((b"user.z", b""),))),
    "size": ({"file"}, lambda node: replace(node, content=(*node.content, Segment(0, 1)))),
    "target": ({"symlink"}, lambda node: replace(node, target=node.target + b"x")),
    "device": ({"char", "block"}, lambda node: replace(node, device=(9, 9))),
}


def test_names_of_one_file_are_compared_as_a_partition() -> None:
    def linked(*groups: int) -> Inventory:
        return Inventory.of(Tree({b"%d" % number: file((1, 1), link=group) for number, group in enumerate(groups)}))

    assert list(compare(linked(1, 1, 2, 2), linked(8, 8, 5, 5))) == []
    [difference] = compare(linked(1, 1, 2, 2), linked(1, 1, 2, 3))
    assert difference.describe() == ("the same file as 2", "a file of its own")
    assert [difference.path for difference in compare(linked(1, 2), linked(1, 1))] == [b"1"]


def test_a_name_that_is_missing_says_nothing_of_the_others() -> None:
    three = {name: file((1, 1), link=1) for name in (b"a", b"b", b"c")}
    got = Tree({name: three[name] for name in (b"b", b"c")})
    assert [(each.path, each.aspect) for each in compare(Inventory.of(Tree(three)), Inventory.of(got))] == [
        (b"a", "missing")
    ]


def test_what_could_not_be_read_is_never_equal() -> None:
    record = Seen(b"f", 0o100644, 0, 0, 0, 0, b"", b"", 0, (), None, "EACCES")
    inventory = Inventory.from_records([record])
    [difference] = compare(inventory, inventory)
    assert (difference.aspect, difference.check) == ("unreadable", "content")
    assert findings_of([difference])[0].expected == "file, EACCES"


def test_findings_are_capped_and_the_rest_is_counted() -> None:
    many = Tree({b"%03d" % number: file() for number in range(50)})
    found = findings_of(compare(Inventory.of(many), Inventory.of(Tree({}))), shown=10)
    assert len(found) == 11
    assert "40 more" in found[-1].got
    assert {finding.check for finding in found} == {"structure"}


def test_all_findings_can_be_of_one_check() -> None:
    found = findings_of(compare(Inventory.of(BASE), Inventory.of(with_node(b"file", mode=0))), check="single-path")
    assert [finding.check for finding in found] == ["single-path"]


def restored(tree: Tree, **changes: Callable[[Node], object]) -> Tree:
    return Tree(
        {path: replace(node, **{name: make(node) for name, make in changes.items()}) for path, node in tree.items()}
    )  # type: ignore[arg-type]


FORGIVEN = {
    "mtime-below-second": ({"mtime_ns": WRITTEN + 999_000_000}, {"mtime_ns": WRITTEN}),
    "mtime-rounded-up": ({"mtime_ns": WRITTEN + 999_999_999}, {"mtime_ns": WRITTEN + SECOND}),
    "mtime-before-1970": ({"mtime_ns": -5}, {"mtime_ns": 0}),
    "xattrs": ({"xattrs": ((b"user.a", b"1"),)}, {"xattrs": ()}),
}
NOT_FORGIVEN = [
    ({"mtime_ns": WRITTEN + 999_999_999}, {"mtime_ns": WRITTEN}),
    ({"mtime_ns": WRITTEN + 999_000_000}, {"mtime_ns": WRITTEN + SECOND}),
    ({"mtime_ns": WRITTEN + 999_999_999}, {"mtime_ns": WRITTEN + 999_999_000}),
    ({"mtime_ns": -5}, {"mtime_ns": 1}),
    ({"mtime_ns": 5 * SECOND}, {"mtime_ns": 0}),
    ({"xattrs": ((b"user.a", b"1"),)}, {"xattrs": ((b"user.a", b"2"),)}),
    ({"xattrs": ()}, {"xattrs": ((b"user.a", b"2"),)}),
    ({"content": (Segment(1, 10),)}, {"content": (Segment(2, 10),)}),
]


@pytest.mark.parametrize(("one", "other"), FORGIVEN.values(), ids=FORGIVEN)
def test_a_limitation_forgives_what_it_states(one: dict[str, object], other: dict[str, object]) -> None:
    expected, got = Inventory.of(with_node(b"file", **one)), Inventory.of(with_node(b"file", **other))
    assert list(compare(expected, got))
    assert list(compare(expected, got, LIMITATIONS)) == []


@pytest.mark.parametrize(("one", "other"), NOT_FORGIVEN)
def test_a_limitation_forgives_no_more(one: dict[str, object], other: dict[str, object]) -> None:
    expected, got = Inventory.of(with_node(b"file", **one)), Inventory.of(with_node(b"file", **other))
    assert len(list(compare(expected, got, LIMITATIONS))) == 1


def test_hard_links_may_part_and_may_not_join() -> None:
    joined = Inventory.of(Tree({b"a": file(link=1), b"b": file(link=1)}))
    parted = Inventory.of(Tree({b"a": file(), b"b": file()}))
    assert list(compare(joined, parted, LIMITATIONS)) == []
    assert len(list(compare(parted, joined, LIMITATIONS))) == 1


def test_only_a_path_too_long_may_be_missing() -> None:
    folders = [b"/".join([b"d" * 99] * depth) for depth in range(1, 41)]
    whole = Tree({path: folder() for path in folders})
    cut = Tree({path: folder() for path in folders if len(path) < 3900})
    expected, got = Inventory.of(whole, b"/" + b"r" * 95), Inventory.of(cut)
    assert list(compare(expected, got, LIMITATIONS)) == []
    assert len(list(compare(Inventory.of(whole), got, LIMITATIONS))) == 1


def test_every_limitation_has_an_example_of_its_own_and_a_source() -> None:
    assert len({limitation.id for limitation in LIMITATIONS}) == len(LIMITATIONS)
    assert all(limitation.source and limitation.summary and limitation.example.trees for limitation in LIMITATIONS)
    assert limitations_of(Version("0.8.17")) == ()


def test_paths_are_printed_without_loss() -> None:
    assert printable("plain/ü x".encode()) == "plain/ü x"
    assert printable(b"\xff\n\\") == r"\xff\n\\"
    assert printable("e\N{COMBINING ACUTE ACCENT}".encode()) == r"e\u0301"


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_two_paths_never_print_alike(one: bytes, other: bytes) -> None:
    assert (printable(one) == printable(other)) == (one == other)


def test_an_inventory_below_a_path_is_as_if_that_were_the_root() -> None:
    inventory = Inventory.of(BASE)
    assert inventory.below(b"folder").paths == [b"", b"inside"]
    assert inventory.below(b"file").paths == [b""]
    assert inventory.below(b"fold").paths == []
    assert (inventory.largest("file"), inventory.largest("dir")) == (b"file", b"folder")
    assert b"folder/inside" in inventory
    assert len(Inventory.empty()) == 0
    with pytest.raises(LookupError):
        inventory.largest("socket")


def test_the_gallery_holds_every_kind_of_node_and_of_edit() -> None:
    kinds = {node.kind for node in GALLERY.first.values()}
    assert kinds == EVERY_KIND
    made = {type(edit).__name__ for together in GALLERY.edits for edit in together.edits}  # type: ignore[attr-defined]
    assert made == {
        "Create",
        "Delete",
        "Rename",
        "Replace",
        "Swap",
        "Grow",
        "Shrink",
        "Overwrite",
        "Chmod",
        "Chown",
        "Touch",
    }
