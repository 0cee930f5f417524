"""Edits: what happens to a tree between two backups, as data.

Where the content at a path changes, its modification time moves to another whole second. Otherwise
duplicity misses the change (the limitation `same-second`), and only that limitation's test is about this.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from verify.trees.model import SECOND, Edit, Node, Segment, Tree, file, folder, parent, second_seen

DAY = 86_400 * SECOND  # in nanoseconds


class _Settled:
    """The base of edits: a subclass makes the change, and `apply` then moves the times that have to move."""

    def apply(self, tree: Tree) -> Tree:
        """Given a tree, return the tree after the edit."""
        return settled(tree, self._change(tree))

    def _change(self, tree: Tree) -> Tree:
        raise NotImplementedError


@dataclass(frozen=True)
class Create(_Settled):
    """Something new at a path whose folder exists."""

    path: bytes
    node: Node

    def _change(self, tree: Tree) -> Tree:
        return Tree({**tree, self.path: self.node})


@dataclass(frozen=True)
class Delete(_Settled):
    """A path and all below it is removed."""

    path: bytes

    def _change(self, tree: Tree) -> Tree:
        return Tree(_without(tree, self.path))


@dataclass(frozen=True)
class Rename(_Settled):
    """A path and all below it moves to a path where nothing was."""

    path: bytes
    to: bytes

    def _change(self, tree: Tree) -> Tree:
        moved = {self.to + path[len(self.path) :]: tree[path] for path in tree.below(self.path)}
        return Tree({**_without(tree, self.path), **moved})


@dataclass(frozen=True)
class Replace(_Settled):
    """Something else, of any kind, in the place of a path and all below it."""

    path: bytes
    node: Node

    def _change(self, tree: Tree) -> Tree:
        return Tree({**_without(tree, self.path), self.path: self.node})


@dataclass(frozen=True)
class Swap(_Settled):
    """Two paths, neither of them a folder, exchange what is there."""

    path: bytes
    other: bytes

    def _change(self, tree: Tree) -> Tree:
        return Tree({**tree, self.path: tree[self.other], self.other: tree[self.path]})


@dataclass(frozen=True)
class Grow(_Settled):
    """A file gets more content, inserted at an offset or appended at its end."""

    path: bytes
    offset: int
    segment: Segment

    def _change(self, tree: Tree) -> Tree:
        return _spliced(tree, self.path, self.offset, 0, self.segment)


@dataclass(frozen=True)
class Shrink(_Settled):
    """A file loses `length` bytes from an offset on; if these are its last bytes, it is truncated."""

    path: bytes
    offset: int
    length: int

    def _change(self, tree: Tree) -> Tree:
        return _spliced(tree, self.path, self.offset, self.length)


@dataclass(frozen=True)
class Overwrite(_Settled):
    """Other bytes replace those of a file from an offset on; it grows only if they reach beyond its end."""

    path: bytes
    offset: int
    segment: Segment

    def _change(self, tree: Tree) -> Tree:
        return _spliced(tree, self.path, self.offset, self.segment.length, self.segment)


@dataclass(frozen=True)
class Chmod(_Settled):
    """Other permission bits; not for symlinks, which have none."""

    path: bytes
    mode: int

    def _change(self, tree: Tree) -> Tree:
        return changed(tree, self.path, mode=self.mode)


@dataclass(frozen=True)
class Chown(_Settled):
    """Another owner and group."""

    path: bytes
    uid: int
    gid: int

    def _change(self, tree: Tree) -> Tree:
        return changed(tree, self.path, uid=self.uid, gid=self.gid)


@dataclass(frozen=True)
class Touch(_Settled):
    """Another modification time and nothing else."""

    path: bytes
    mtime_ns: int

    def _change(self, tree: Tree) -> Tree:
        return changed(tree, self.path, mtime_ns=self.mtime_ns)


@dataclass(frozen=True)
class Rotate(_Settled):
    """Renames in a circle: each of these paths, none of them a folder, gets what the one before it had."""

    paths: tuple[bytes, ...]

    def _change(self, tree: Tree) -> Tree:
        moved = {path: tree[before] for before, path in pairwise((self.paths[-1], *self.paths))}
        return Tree({**tree, **moved})


@dataclass(frozen=True)
class MoveOnto(_Settled):
    """A path that is not a folder replaces another one, as `mv` does it."""

    path: bytes
    to: bytes

    def _change(self, tree: Tree) -> Tree:
        return Tree({**_without(tree, self.path), self.to: tree[self.path]})


@dataclass(frozen=True)
class Back(Replace):
    """What was at a path in an earlier tree is there again, without what was below it."""


@dataclass(frozen=True)
class Split(_Settled):
    """One of several names of a file becomes a file of its own, with the same content: a copy replaces the link."""

    path: bytes

    def _change(self, tree: Tree) -> Tree:
        return Tree({**tree, self.path: replace(tree[self.path], link=None)})


@dataclass(frozen=True)
class Backdate(Overwrite):
    """A file gets other bytes and an older modification time, e.g. from an archiver."""

    def _change(self, tree: Tree) -> Tree:
        older = tree[self.path].mtime_ns - DAY
        return changed(super()._change(tree), self.path, mtime_ns=older)


@dataclass(frozen=True)
class Stretch(Grow):
    """A file grows by a hole: zeros that take no space on disk."""


@dataclass(frozen=True)
class Crowd(_Settled):
    """A new folder with many tiny files."""

    path: bytes
    count: int

    def _change(self, tree: Tree) -> Tree:
        files = {b"%s/%d" % (self.path, number): file((1 + number % 9, 1)) for number in range(self.count)}
        return Tree({**tree, self.path: folder(), **files})


@dataclass(frozen=True)
class Together(_Settled):
    """Several edits one after the other, with no backup between them."""

    edits: tuple[Edit, ...]

    def _change(self, tree: Tree) -> Tree:
        for edit in self.edits:
            tree = edit.apply(tree)
        return tree


@dataclass(frozen=True)
class OverlookedEdit:
    """Another node at a path, without moving its time: a change that duplicity misses, made on purpose."""

    path: bytes
    node: Node

    def apply(self, tree: Tree) -> Tree:
        """Given a tree, return it with this node at the path."""
        return Tree({**tree, self.path: self.node})


def changed(tree: Tree, path: bytes, **changes: Any) -> Tree:
    """Return the tree with these fields of a node changed, at the path and at all other names of the file."""
    node = replace(tree[path], **changes)
    return Tree({**tree, **dict.fromkeys(tree.names_of(path), node)})


def settled(before: Tree, after: Tree) -> Tree:
    """Given a tree before and after edits, return the one after with such times that duplicity sees each change.

    Where a file's content or a folder's entries changed, the modification time moves to a later whole
    second than in both trees, unless the second differs already. A symlink with the same target keeps
    its owner, and a device with the same numbers its time. Duplicity misses all these: see LIMITATIONS.
    """
    entries, entries_now = ({}, {}) if before.keys() == after.keys() else (_entries(before), _entries(after))
    moved: dict[bytes, Node] = {}
    for path, drawn in after.items():
        old, new = before.get(path), moved.get(path, drawn)
        if old is None or (old is new and entries.get(path) == entries_now.get(path)):
            continue
        other = entries.get(path) != entries_now.get(path) if new.kind == "dir" else old.content != new.content
        if old.kind == new.kind and other and _second(old) == _second(new):
            new = replace(new, mtime_ns=_later(after, before, path))
        if new.kind == "symlink" and old.target == new.target:
            new = replace(new, uid=old.uid, gid=old.gid)
        if new.device is not None and replace(old, mtime_ns=new.mtime_ns) == new:
            new = replace(new, mtime_ns=old.mtime_ns)
        if new is not drawn:
            moved.update(dict.fromkeys(after.names_of(path), new))
    return after.with_nodes(moved) if moved else after


def _later(after: Tree, before: Tree, path: bytes) -> int:
    """Return a time in a later second than any that duplicity saw, at any name of the file."""
    known = [_second(tree[name]) for name in after.names_of(path) for tree in (before, after) if name in tree]
    return (max(known) + 1) * SECOND + after[path].mtime_ns % SECOND


def _second(node: Node) -> int:
    return second_seen(node.mtime_ns)


def _entries(tree: Tree) -> dict[bytes, list[bytes]]:
    """Return the paths in each folder that is not empty."""
    found: dict[bytes, list[bytes]] = {}
    for path in tree:
        if path:
            found.setdefault(parent(path), []).append(path)
    return found


def _without(tree: Tree, path: bytes) -> dict[bytes, Node]:
    gone = set(tree.below(path))
    return {other: node for other, node in tree.items() if other not in gone}


def _spliced(tree: Tree, path: bytes, offset: int, length: int, segment: Segment | None = None) -> Tree:
    """Return the tree with `length` bytes of a file's content at an offset replaced by a segment."""
    node = tree[path]
    head, rest = _cut(node.content, offset)
    _, tail = _cut(rest, length)
    content = (*head, *((segment,) if segment else ()), *tail)
    return changed(tree, path, content=content)


def _cut(content: tuple[Segment, ...], offset: int) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return the segments before and after an offset; a segment that it falls into is cut in two."""
    head: list[Segment] = []
    tail: list[Segment] = []
    for segment in content:
        here = min(max(offset, 0), segment.length)
        head += [segment.cut(0, here)] * (here > 0)
        tail += [segment.cut(here, segment.length)] * (here < segment.length)
        offset -= segment.length
    return tuple(head), tuple(tail)
