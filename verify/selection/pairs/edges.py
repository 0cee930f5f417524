"""Hypothesis strategies for trees of what lies on the edges of a path: what a rule about it might confuse with it."""

import unicodedata
from itertools import cycle

from hypothesis import strategies as st

from verify.selection.pairs.pairs import NAME
from verify.trees import Node, Tree, file, folder, special, symlink
from verify.trees.model import LONGEST_NAME, SECOND

MOMENT = 1_600_000_000  # seconds since the epoch: what --exclude-older-than is given, and files lie around
MARKER = f".{NAME} skip"  # for --exclude-if-present: of one pair
SHARED_MARKER = ".skip"  # the same of all pairs of a pack


def edges_of(path: str) -> tuple[str, ...]:
    """Given a path, return the paths on its edges, itself first."""
    above, _, name = path.rpartition("/")
    beside = above + "/" if above else ""
    composed = unicodedata.normalize("NFC", path)
    other_form = unicodedata.normalize("NFD" if composed == path else "NFC", path)
    return (
        path,
        f"{path}/below",
        f"{path}/b/x.py",
        f"{path}2",
        path[:-1],
        f"{path[:-1]}q",
        f"{beside}x{name}",
        f"{beside}x/{name}",
        f"{beside}{name[:1]}/{name[2:]}",
        f"{beside}{name[:1]}x{name[2:]}",
        f"{beside}{name[:1]}/x{name[1:]}",
        f"{beside}]{name[1:]}",
        f"{beside}other",
        path.replace("/", "x"),
        path.replace("/", "/x/"),
        path.swapcase(),
        path.casefold(),
        other_form,
        f"elsewhere/{path}",
        f"{path}\n",
        f"{path}*",
    )


def _node(kind: str, moment: int) -> Node:
    mtime_ns = moment * SECOND
    match kind:
        case "dir":
            return folder(mtime_ns=mtime_ns)
        case "symlink":
            return symlink(b"a", mtime_ns=mtime_ns)
        case "char":
            return special("char", (1, 3), mtime_ns=mtime_ns)
        case "fifo":
            return special("fifo", mtime_ns=mtime_ns)
        case "socket":
            return special("socket", mtime_ns=mtime_ns)
        case _:
            return file((1, moment - MOMENT + 2), mtime_ns=mtime_ns)


_kinds = st.sampled_from(["file", "file", "file", "file", "dir", "dir", "dir", "symlink", "fifo", "char", "socket"])
_moments = st.sampled_from([MOMENT - 1, MOMENT, MOMENT + 1])
nodes = st.builds(_node, _kinds, _moments)


@st.composite
def trees_around(draw: st.DrawFn, about: tuple[str, ...]) -> Tree:
    """Given paths, draw a tree of some of what lies on their edges."""
    drawn: list[tuple[str, Node]] = []
    for path in about:
        edges = edges_of(path)
        gone = draw(st.integers(0, 2 ** len(edges) - 1)) & draw(st.integers(0, 2 ** len(edges) - 1))
        kinds = cycle(draw(st.lists(nodes, min_size=1, max_size=4)))
        drawn += [(edge, next(kinds)) for number, edge in enumerate(edges) if not gone >> number & 1]
    for place in draw(st.lists(st.sampled_from(about), max_size=1)):
        drawn.append((f"{place}/{draw(st.sampled_from([MARKER, SHARED_MARKER]))}", file()))
    return tree_of(drawn)


def tree_of(drawn: list[tuple[str, Node]]) -> Tree:
    """Given nodes at paths, return a tree; what cannot be a name is left out, and folders are added."""
    tree: dict[bytes, Node] = {}
    for path, node in drawn:
        encoded = path.encode("utf-8", "surrogateescape")
        parts = [part for part in encoded.split(b"/") if part not in {b"", b".", b".."}]
        if not parts or any(len(part) > LONGEST_NAME for part in parts):
            continue
        for depth in range(1, len(parts)):
            above = b"/".join(parts[:depth])
            if tree.setdefault(above, folder()).kind != "dir":
                tree[above] = folder()
        tree.setdefault(b"/".join(parts), node)
    return Tree(tree)
