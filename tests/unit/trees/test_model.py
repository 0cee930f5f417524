"""Trees refuse what no file system could hold, and edits do what they say."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.onsite.tree_files import content_bytes
from verify.trees import History, Node, Segment, Tree, edits, edits_of, file, folder, histories, special, symlink, trees
from verify.trees.edits import (
    Back,
    Backdate,
    Chown,
    Create,
    Crowd,
    Delete,
    Grow,
    MoveOnto,
    Overwrite,
    Rename,
    Replace,
    Rotate,
    Shrink,
    Split,
    Swap,
    Together,
    Touch,
    settled,
)
from verify.trees.model import SECOND, WRITTEN, path_key, second_seen


@pytest.mark.parametrize(
    "nodes",
    [
        {b"a/b": file()},
        {b"a": file(), b"a/b": file()},
        {b"n" * 256: file()},
        {b"a\0b": file()},
        {b"..": file()},
        {b"/a": file()},
        {b"": file(), b"a": file()},
        {b"a": file((1, 1), link=1), b"b": file((1, 2), link=1)},
    ],
)
def test_an_impossible_tree_is_refused(nodes: dict[bytes, Node]) -> None:
    with pytest.raises(ValueError, match=r"not a name|nothing holds|differ"):
        Tree(nodes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Node("door", 0o644),  # type: ignore[arg-type]
        lambda: file(mode=0o10000),
        lambda: symlink(b""),
        lambda: special("fifo", (1, 3)),
        lambda: special("char"),
        lambda: Node("dir", 0o755, link=1),
        lambda: Node("fifo", 0o755, xattrs=((b"user.a", b""),)),
    ],
)
def test_an_impossible_node_is_refused(make: Callable[[], Node]) -> None:
    with pytest.raises(ValueError, match=r"not a kind|only files|symlink|devices|attributes"):
        make()


def test_what_is_in_a_folder_follows_it() -> None:
    paths = [b"", b"a", b"a/b", b"a/b/c", b"a!", b"a-", b"ab"]
    assert sorted(set(paths), key=path_key) == paths
    assert list(Tree({path: folder() for path in reversed(paths)})) == paths


@given(st.integers(0, 9), st.integers(0, 300), st.integers(0, 300))
def test_a_stretch_of_content_is_a_stretch_of_the_whole(seed: int, start: int, length: int) -> None:
    assert content_bytes(seed, length, start) == content_bytes(seed, 1000)[start : start + length]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=4),
    st.integers(0, 120),
    st.integers(0, 60),
)
def test_splicing_segments_is_splicing_bytes(drawn: list[tuple[int, int]], offset: int, length: int) -> None:
    tree = Tree({b"f": file(*drawn)})
    before, new = tree[b"f"].read(), Segment(7, length)
    offset = min(offset, len(before))
    assert Grow(b"f", offset, new).apply(tree)[b"f"].read() == before[:offset] + content_bytes(*new) + before[offset:]
    assert Shrink(b"f", offset, length).apply(tree)[b"f"].read() == before[:offset] + before[offset + length :]
    after = before[:offset] + content_bytes(*new) + before[offset + length :]
    assert Overwrite(b"f", offset, new).apply(tree)[b"f"].read() == after


@given(histories(points=4))
@settings(deadline=None)
def test_a_content_that_changes_moves_the_second_that_duplicity_sees(history: History) -> None:
    for before, after in zip(history.trees, history.trees[1:], strict=False):
        for path in before.keys() & after.keys():
            old, new = before[path], after[path]
            if old.kind == new.kind == "file" and old.content != new.content:
                assert second_seen(old.mtime_ns) != second_seen(new.mtime_ns)


def test_every_kind_of_edit_is_drawn() -> None:
    met = Counter[str]()

    @settings(max_examples=1500, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(histories(points=3))
    def draw(history: History) -> None:
        met.update(edits_of([history]))

    draw()
    kinds = {"rotate", "moveonto", "back", "split", "backdate", "stretch", "crowd", "swap", "rename", "grow", "shrink"}
    assert kinds <= set(met)


@given(histories(points=2))
@settings(deadline=None)
def test_a_history_is_made_again_from_its_printed_form(history: History) -> None:
    names = {name: value for each in (Tree, Node, History, Segment) for name, value in [(each.__name__, each)]}
    assert eval(repr(history), {**vars(edits), **names}) == history  # noqa: S307 - our own repr


@given(trees(max_nodes=5))
def test_a_tree_is_made_again_from_its_printed_form(tree: Tree) -> None:
    assert eval(repr(tree), {"Tree": Tree, "Node": Node, "Segment": Segment}) == tree  # noqa: S307 - our own repr
    assert hash(eval(repr(tree), {"Tree": Tree, "Node": Node, "Segment": Segment})) == hash(tree)  # noqa: S307 - as above


def test_edits_of_the_structure() -> None:
    tree = Tree({b"d": folder(), b"d/f": file((1, 1)), b"g": file((2, 2))})
    assert list(Delete(b"d").apply(tree)) == [b"", b"g"]
    assert list(Rename(b"d", b"e").apply(tree)) == [b"", b"e", b"e/f", b"g"]
    assert Replace(b"d", symlink(b"g")).apply(tree)[b"d"].target == b"g"
    assert list(Create(b"d/h", file()).apply(tree)) == [b"", b"d", b"d/f", b"d/h", b"g"]
    swapped = Swap(b"d/f", b"g").apply(tree)
    assert (swapped[b"g"].content, swapped[b"d/f"].content) == (tree[b"d/f"].content, tree[b"g"].content)
    assert swapped[b"g"].mtime_ns == swapped[b"d/f"].mtime_ns == WRITTEN + SECOND


def test_edits_where_backup_tools_break() -> None:
    tree = Tree({b"a": file((1, 1)), b"b": file((2, 2)), b"c": symlink(b"a"), b"d": folder(), b"d/f": file((3, 3))})
    rotated = Rotate((b"a", b"b", b"c")).apply(tree)
    assert [rotated[path].content or rotated[path].target for path in (b"a", b"b", b"c")] == [
        tree[b"c"].target, tree[b"a"].content, tree[b"b"].content,
    ]  # fmt: skip
    moved = MoveOnto(b"a", b"d/f").apply(tree)
    assert b"a" not in moved
    assert moved[b"d/f"].content == tree[b"a"].content
    assert second_seen(moved[b"d/f"].mtime_ns) != second_seen(tree[b"d/f"].mtime_ns)
    assert list(Back(b"d", file((9, 9))).apply(tree)) == [b"", b"a", b"b", b"c", b"d"]
    crowd = Crowd(b"d/many", 2000).apply(tree)
    assert len(crowd.below(b"d/many")) == 2001
    assert crowd[b"d/many/7"].size == 1


def test_a_split_name_is_a_file_of_its_own() -> None:
    tree = Tree({b"a": file((1, 9), link=1), b"b": file((1, 9), link=1), b"c": file((1, 9), link=1)})
    after = Split(b"b").apply(tree)
    assert [after.names_of(path) for path in (b"a", b"b")] == [(b"a", b"c"), (b"b",)]
    assert after[b"b"].content == tree[b"b"].content


def test_a_content_may_change_while_its_time_goes_back() -> None:
    tree = Tree({b"f": file((1, 2000))})
    after = Backdate(b"f", 512, Segment(2, 512)).apply(tree)
    assert after[b"f"].mtime_ns == WRITTEN - 86_400 * SECOND
    assert after[b"f"].read()[512:1024] == content_bytes(2, 512)
    before_1970 = Tree({b"f": file((1, 2000), mtime_ns=0)})
    assert second_seen(Backdate(b"f", 0, Segment(2, 9)).apply(before_1970)[b"f"].mtime_ns) != 0


def test_a_folder_whose_entries_change_is_modified() -> None:
    tree = Tree({b"d": folder(), b"d/f": file()})
    after = Together((Delete(b"d/f"), Create(b"d/g", file()))).apply(tree)
    assert after[b"d"].mtime_ns // SECOND > WRITTEN // SECOND
    assert after[b""] == tree[b""]


def test_a_change_is_settled_for_all_names_of_a_file() -> None:
    before = Tree({b"a": file((1, 1), link=1), b"b": file((1, 1), link=1, mtime_ns=WRITTEN)})
    after = settled(before, Tree({b"a": file((2, 1), link=1), b"b": file((2, 1), link=1)}))
    assert after[b"a"] == after[b"b"]
    assert after[b"a"].mtime_ns == WRITTEN + SECOND


def test_what_duplicity_overlooks_of_symlinks_and_devices_stays() -> None:
    tree = Tree({b"s": symlink(b"x"), b"d": special("char", (1, 3))})
    assert Chown(b"s", 5, 6).apply(tree) == tree
    assert Touch(b"d", 0).apply(tree) == tree
    assert Replace(b"s", symlink(b"y", uid=5)).apply(tree)[b"s"].uid == 5
    assert Replace(b"d", special("char", (1, 5), mtime_ns=0)).apply(tree)[b"d"].mtime_ns == 0


def test_a_time_is_seen_in_seconds_of_a_float() -> None:
    times = (-1, 0, SECOND - 1, WRITTEN + SECOND - 120, WRITTEN + SECOND - 119)
    assert [second_seen(time) for time in times] == [0, 0, 0, WRITTEN // SECOND, WRITTEN // SECOND + 1]


def test_a_time_before_1970_counts_as_1970() -> None:
    tree = Tree({b"f": file((1, 1), mtime_ns=-5 * SECOND)})
    assert Grow(b"f", 0, Segment(2, 2)).apply(tree)[b"f"].mtime_ns == SECOND
