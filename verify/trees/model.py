"""What a tree is, and a history of trees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple, Protocol, Self

from verify.onsite.tree_files import content_bytes

Kind = Literal["file", "dir", "symlink", "fifo", "char", "block", "socket"]

KINDS = frozenset({"file", "dir", "symlink", "fifo", "char", "block", "socket"})
LONGEST_NAME = 255  # bytes: NAME_MAX
SECOND = 10**9  # nanoseconds
WRITTEN = 1_600_000_000 * SECOND  # 2020-09-13T12:26:40Z: when a node was modified unless it says otherwise


def second_seen(mtime_ns: int) -> int:
    """Return a modification time as duplicity sees it: a float cut to whole seconds, 0 if before 1970.

    A float has no room for nanoseconds, so the last 119 of a second between 2004 and 2038 round up to the next one.
    """
    seconds, rest = divmod(mtime_ns, SECOND)
    return max(int(seconds + 1e-9 * rest), 0)


class Segment(NamedTuple):
    """A stretch of a file's content: `length` bytes of a seed's sequence, from `start` on.

    Seed 0 gives zeros, any other bytes that do not compress.
    """

    seed: int
    length: int
    start: int = 0

    def cut(self, first: int, last: int) -> "Segment":
        """Return the part of the stretch between two offsets in it."""
        return Segment(self.seed, last - first, self.start + first)


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """One thing in a tree. `link` is a number that all names of one file share, else None."""

    kind: Kind
    mode: int
    uid: int = 0
    gid: int = 0
    mtime_ns: int = WRITTEN
    content: tuple[Segment, ...] = ()
    target: bytes = b""
    device: tuple[int, int] | None = None
    xattrs: tuple[tuple[bytes, bytes], ...] = ()
    link: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.mode & ~0o7777:
            raise ValueError(f"not a kind and a mode: {self.kind!r}, {self.mode:#o}")
        if (self.content or self.link is not None) and self.kind != "file":
            raise ValueError(f"only files have content and further names, not a {self.kind}")
        if bool(self.target) != (self.kind == "symlink") or b"\0" in self.target:
            raise ValueError(f"a symlink, and nothing else, has a target without NUL: {self.target!r}")
        if (self.device is not None) != (self.kind in ("char", "block")):
            raise ValueError(f"devices, and nothing else, have numbers: {self.device!r}")
        if any(segment.length < 0 or segment.start < 0 for segment in self.content):
            raise ValueError(f"a segment begins and ends within its seed's sequence: {self.content}")
        if self.xattrs and self.kind not in ("file", "dir"):
            raise ValueError(f"a {self.kind} has no extended attributes")

    @property
    def size(self) -> int:
        """The content's length in bytes."""
        return sum(segment.length for segment in self.content)

    def read(self) -> bytes:
        """Return the content."""
        return b"".join(content_bytes(*segment) for segment in self.content)

    def __repr__(self) -> str:
        shown = ((each.name, getattr(self, each.name), each.default) for each in fields(self))
        parts = [
            f"{name}={value:#o}" if name == "mode" else f"{name}={value!r}"
            for name, value, usual in shown
            if value != usual
        ]
        return f"Node({', '.join(parts)})"


def file(*content: tuple[int, ...], mode: int = 0o644, **metadata: Any) -> Node:
    """Given (seed, length) segments, return a file."""
    return Node("file", mode, content=tuple(Segment(*segment) for segment in content), **metadata)


def folder(mode: int = 0o755, **metadata: Any) -> Node:
    """Return a folder."""
    return Node("dir", mode, **metadata)


def symlink(target: bytes, **metadata: Any) -> Node:
    """Return a symlink to a target, which need not exist."""
    return Node("symlink", 0o777, target=target, **metadata)


def special(kind: Kind, device: tuple[int, int] | None = None, mode: int = 0o644, **metadata: Any) -> Node:
    """Return a fifo, a socket or, with (major, minor), a device."""
    return Node(kind, mode, device=device, **metadata)


def path_key(path: bytes) -> bytes:
    """Return what paths are sorted by, so that what is in a folder follows it directly."""
    return path.replace(b"/", b"\0")


def parent(path: bytes) -> bytes:
    """Return the path of the folder that a path is in."""
    return path.rpartition(b"/")[0]


class Tree(Mapping[bytes, Node]):
    """Nodes by their path below the root, which is `b""`, in path order; never changed.

    Raise ValueError if a name is impossible, a node's folder is missing, or names of one file differ.
    """

    __slots__ = ("_nodes",)

    def __init__(self, nodes: Mapping[bytes, Node]) -> None:
        nodes = {b"": folder(), **nodes}
        self._nodes = {path: nodes[path] for path in sorted(nodes, key=path_key)}
        links: dict[int, Node] = {}
        for path, node in self._nodes.items():
            self._must_be_possible(path)
            if node.link is not None and links.setdefault(node.link, node) != node:
                raise ValueError(f"names of one file differ at {path!r}: {node} and {links[node.link]}")

    def _must_be_possible(self, path: bytes) -> None:
        if not path:
            return
        name = path.rpartition(b"/")[2]
        if name in (b"", b".", b"..") or path.startswith(b"/") or len(name) > LONGEST_NAME or b"\0" in name:
            raise ValueError(f"not a name: {name!r}")
        holder = self._nodes.get(parent(path))
        if holder is None or holder.kind != "dir":
            raise ValueError(f"nothing holds {path!r}")

    def with_nodes(self, nodes: Mapping[bytes, Node]) -> "Tree":
        """Given nodes of the same kinds for some of the paths, and for all names of a file, return the tree with them.

        Nothing of it is looked at again: it is what most trees of a history are made by.
        """
        tree = object.__new__(Tree)
        tree._nodes = {**self._nodes, **nodes}
        return tree

    def __getitem__(self, path: bytes) -> Node:
        return self._nodes[path]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def __hash__(self) -> int:
        return hash(tuple(self._nodes.items()))

    def __repr__(self) -> str:
        return f"Tree({self._nodes!r})"

    def names_of(self, path: bytes) -> tuple[bytes, ...]:
        """Given a path, return all paths of the same file, itself included."""
        link = self._nodes[path].link
        if link is None:
            return (path,)
        return tuple(other for other, node in self._nodes.items() if node.link == link)

    def below(self, path: bytes) -> list[bytes]:
        """Given a path, return it and all paths below it."""
        if not path:
            return list(self._nodes)
        return [other for other in self._nodes if other == path or other.startswith(path + b"/")]


class Edit(Protocol):
    """What turns a tree into the next one of a history."""

    def apply(self, tree: Tree) -> Tree:
        """Given a tree, return the tree after the edit."""
        ...


@dataclass(frozen=True)
class History:
    """A tree and the edits that follow it; one backup is taken of each of its trees."""

    first: Tree
    edits: tuple[Edit, ...] = ()

    @classmethod
    def along(cls, trees: tuple[Tree, ...], edits: tuple[Edit, ...]) -> Self:
        """Given trees, and the edits that lead from each to the next, return their history."""
        history = cls(trees[0], edits)
        history.__dict__["trees"] = trees
        return history

    @cached_property
    def trees(self) -> tuple[Tree, ...]:
        """The trees, the first included."""
        return tuple(accumulate(self.edits, lambda tree, edit: edit.apply(tree), initial=self.first))


def histories_of(*trees: Tree) -> History:
    """Given trees, return the history in which each is made into the next."""
    return History(trees[0], tuple(Become(tree) for tree in trees[1:]))


@dataclass(frozen=True)
class Become:
    """The edit that makes any tree into a given one."""

    tree: Tree

    def apply(self, tree: Tree) -> Tree:  # noqa: ARG002 - an edit is given the tree it applies to
        """Return the tree that was given beforehand."""
        return self.tree
