"""Edits on their way to a tree: what is to be done, and numbers that choose what it is done to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from verify.trees import node_values
from verify.trees.edits import (
    Back,
    Backdate,
    Chmod,
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
    Stretch,
    Swap,
    Touch,
)
from verify.trees.free_paths import LONGEST, free_path, paths, within
from verify.trees.model import Edit, Kind, Node, Segment, Tree, parent
from verify.trees.node_values import BLOCK

SOME, MANY = 12, 2000  # files of a crowd
FULL_OF = 60_000  # bytes of a drawn segment from which on a crowd is large: one in sixty
HOLE = Segment(0, 600_000)

Make = Callable[[Tree, bytes, "Choice"], Edit]

LEAVES: tuple[Kind, ...] = ("file", "symlink", "fifo", "char", "block", "socket")
ANY: tuple[Kind, ...] = ("dir", *LEAVES)
TIMED: tuple[Kind, ...] = ("dir", "file", "fifo")  # a new time alone is overlooked of others, see LIMITATIONS
WITH_MODE: tuple[Kind, ...] = ("dir", "file", "fifo", "char", "block", "socket")


@dataclass(frozen=True)
class Choice:
    """An edit before it is known what it is done to: one of KINDS_OF_EDIT, and what it may need."""

    edit: str
    which: int
    other: int
    name: bytes
    node: Node
    segment: Segment

    def made(self, tree: Tree, earlier: Tree) -> Edit:
        """Given a tree and an earlier one, return the edit; where there is nothing to do it to, one that creates."""
        if self.edit == BACK:
            return _back(tree, earlier, self)
        kinds, make = KINDS_OF_EDIT[self.edit]
        there = [path for path in paths(tree, *kinds) if path or self.edit == "crowd"]
        if not there:
            return _create(tree, within(paths(tree, "dir"), self.which), self)
        return make(tree, within(there, self.which), self)


def _create(tree: Tree, place: bytes, choice: Choice) -> Edit:
    return Create(free_path(tree, place, choice.name), choice.node)


def _create_beside(tree: Tree, _path: bytes, choice: Choice) -> Edit:
    return _create(tree, within(paths(tree, "dir"), choice.other), choice)


def _rename(tree: Tree, path: bytes, choice: Choice) -> Edit:
    inside = tree.below(path)
    reach = max(map(len, inside)) - len(path)
    places = [place for place in paths(tree, "dir") if place not in inside and len(place) + reach < LONGEST]
    return Rename(path, free_path(tree, within(places or [b""], choice.other), choice.name))


def _swap(tree: Tree, path: bytes, choice: Choice) -> Edit:
    return Swap(path, within(paths(tree, *LEAVES), choice.other))


def _grow(tree: Tree, path: bytes, choice: Choice) -> Edit:
    return Grow(path, _offset(tree, path, choice), choice.segment)


def _overwrite(tree: Tree, path: bytes, choice: Choice) -> Edit:
    return Overwrite(path, _offset(tree, path, choice), choice.segment)


def _offset(tree: Tree, path: bytes, choice: Choice) -> int:
    """Return where in a file something changes: its ends, its middle, and around a border of librsync's blocks."""
    size = tree[path].size
    border = size // 2 // BLOCK * BLOCK
    return min(max((size, 0, size // 2, size - 1, border, border - 1, border + 1, BLOCK)[choice.other % 8], 0), size)


def _shrink(tree: Tree, path: bytes, choice: Choice) -> Edit:
    offset = _offset(tree, path, choice)
    return Shrink(path, offset, max(choice.segment.length, 1))


def _truncate(tree: Tree, path: bytes, choice: Choice) -> Edit:
    size = tree[path].size
    kept = (0, size // 2, max(size - 1, 0), size // 4096 * 4096)[choice.other % 4]
    return Shrink(path, kept, size - kept)


def _rotate(tree: Tree, path: bytes, choice: Choice) -> Edit:
    leaves = paths(tree, *LEAVES)
    first = leaves.index(path)
    circle = (*leaves[first:], *leaves[:first])[: 2 + choice.other % 3]
    return Rotate(circle) if len(circle) > 1 else _create(tree, b"", choice)


def _move_onto(tree: Tree, path: bytes, choice: Choice) -> Edit:
    other = within(paths(tree, *LEAVES), choice.other)
    return MoveOnto(path, other) if other != path else Delete(path)


def _crowd(tree: Tree, place: bytes, choice: Choice) -> Edit:
    return Crowd(free_path(tree, place, choice.name), MANY if choice.segment.length >= FULL_OF else SOME)


def _back(tree: Tree, earlier: Tree, choice: Choice) -> Edit:
    """Return the edit that brings something back as it was in an earlier tree, where its place is still there."""
    gone = [path for path, node in earlier.items() if path and tree.get(path) != node and _holds(tree, path)]
    if not gone:
        return _create(tree, b"", choice)
    path = within(gone, choice.which)
    node = earlier[path]
    return Back(path, node if node.link is None else replace(node, link=None))


def _holds(tree: Tree, path: bytes) -> bool:
    place = parent(path)
    return place in tree and tree[place].kind == "dir"


KINDS_OF_EDIT: dict[str, tuple[tuple[Kind, ...], Make]] = {
    "create": (ANY, _create_beside),
    "delete": (ANY, lambda _tree, path, _choice: Delete(path)),
    "overwrite": (("file",), _overwrite),
    "grow": (("file",), _grow),
    "truncate": (("file",), _truncate),
    "shrink": (("file",), _shrink),
    "rename": (ANY, _rename),
    "replace": (ANY, lambda _tree, path, choice: Replace(path, choice.node)),
    "chmod": (WITH_MODE, lambda _tree, path, choice: Chmod(path, choice.node.mode)),
    "touch": (TIMED, lambda _tree, path, choice: Touch(path, choice.node.mtime_ns)),
    "chown": (WITH_MODE, lambda _tree, path, choice: Chown(path, choice.node.uid, choice.node.gid)),
    "swap": (LEAVES, _swap),
    "rotate": (LEAVES, _rotate),
    "move-onto": (LEAVES, _move_onto),
    "split": (("file",), lambda _tree, path, _choice: Split(path)),
    "backdate": (
        ("file",),
        lambda tree, path, choice: Backdate(path, _offset(tree, path, choice), choice.segment),
    ),
    "stretch": (("file",), lambda tree, path, _choice: Stretch(path, tree[path].size, HOLE)),
    "crowd": (("dir",), _crowd),
}

BACK = "back"  # not in the table: it needs an earlier tree too
_EDITS = node_values.table(
    [
        *node_values.evenly(("create", "delete", "overwrite", "rename", "replace", BACK), 108),
        *node_values.evenly(("grow", "truncate", "shrink", "swap", "split", "rotate", "move-onto"), 98),
        *node_values.evenly(("chmod", "touch", "chown", "backdate"), 44),
        ("stretch", 3),
        ("crowd", 3),
    ]
)
EDIT, WHICH, OTHER = range(3)  # bytes of a choice's record; a segment, a name and a node follow
_NAME = 3 + node_values.SEGMENT
_NODE = _NAME + node_values.NAME
CHOICE = _NODE + node_values.NODE


def choice_of(record: bytes) -> Choice:
    """Given the record of a choice, return it."""
    return Choice(
        _EDITS[record[EDIT]],
        node_values.number_of(record[WHICH]),
        node_values.number_of(record[OTHER]),
        node_values.name_of(record[_NAME:_NODE]),
        node_values.node_of(record[_NODE:]),
        node_values.segment_of(record[3:_NAME]),
    )
