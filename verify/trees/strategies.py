"""Hypothesis strategies for trees and histories.

A tree is drawn as a flat list of sprouts. Each is put into one of the folders that are there by then, and
an edit in the same way picks one of the paths that are there. So nothing has to be filtered, a shorter list
is always a possible history, and shrinking is fast. Each sprout is a record of bytes, see `node_values`.
"""

from dataclasses import replace
from functools import cache
from random import Random

from hypothesis import strategies as st

from verify.trees import node_values
from verify.trees.edit_choices import CHOICE, choice_of
from verify.trees.edits import Together, settled
from verify.trees.free_paths import free_path, within
from verify.trees.model import Edit, History, Node, Tree, file, folder
from verify.trees.node_values import NAME, NODE

DEEP = b"/".join([b"deep" * 20] * 12)  # 971 bytes
SELDOM_DEEP = 254  # bytes from here on put it deep: one in 128, since that takes a dozen folders
TWIN = 224  # bytes from here on make it another name of a file that is there: one in eight
DOUBLE = 192  # bytes from here on make it a file as large as one that is there, with other content

FEW = 2  # sprouts
PLACE, TWINS, DEPTH = range(3)  # bytes of a sprout's record; a name and a node follow
SPROUT = 3 + NAME + NODE

_sprouts = st.binary(min_size=SPROUT, max_size=SPROUT)
_roots = st.binary(min_size=NODE, max_size=NODE)
_rounds = st.lists(st.binary(min_size=CHOICE, max_size=CHOICE), min_size=1, max_size=4)


@cache
def _sprout_lists(max_nodes: int) -> st.SearchStrategy[list[bytes]]:
    """Return a strategy for lists of sprouts. A single `st.lists` would mostly give short or empty ones."""
    few = st.lists(_sprouts, max_size=FEW)
    more = st.lists(_sprouts, min_size=FEW, max_size=max_nodes)
    many = st.lists(_sprouts, min_size=max_nodes // 2, max_size=max_nodes)
    return st.one_of(few, more, many)


@st.composite
def trees(draw: st.DrawFn, max_nodes: int = 10) -> Tree:
    """Return a strategy for trees of at most `max_nodes` nodes, not counting the root and the folders of deep ones."""
    return _grown(draw(_roots), draw(_sprout_lists(max_nodes)))


@st.composite
def histories(draw: st.DrawFn, points: int = 3, max_nodes: int = 8) -> History:
    """Return a strategy for histories of `points` trees, with one to four edits from each to the next."""
    first = _grown(draw(_roots), draw(_sprout_lists(max_nodes)))
    return _edited(first, [draw(_rounds) for _ in range(points - 1)])


def lives(points: int, max_nodes: int = 8) -> st.SearchStrategy[History]:
    """Return a strategy for long histories: each is made from one number, as drawing each edit takes too long."""
    return st.integers(0, 2**32).map(lambda seed: lived(seed, points, max_nodes))


def lived(seed: int, points: int, max_nodes: int = 8) -> History:
    """Given a seed, return its history of `points` trees, with one or two edits from each to the next."""
    random = Random(seed)  # noqa: S311 - it is to be the same each time
    first = _grown(random.randbytes(NODE), [random.randbytes(SPROUT) for _ in range(random.randint(1, max_nodes))])
    rounds = [[random.randbytes(CHOICE) for _ in range(random.randint(1, 2))] for _ in range(points - 1)]
    return _edited(first, rounds)


class _Growing:
    """A tree that grows: its nodes so far, and the folders and files that later ones may use."""

    def __init__(self, root: Node) -> None:
        self.nodes = {b"": root}
        self.folders = [b""]
        self.files: list[bytes] = []
        self.links = 0

    def sprout(self, record: bytes) -> None:
        """Add the node that a sprout's record describes."""
        name = node_values.name_of(record[3 : 3 + NAME])
        if record[DEPTH] >= SELDOM_DEEP:
            name = DEEP + b"/" + name
        path = free_path(self.nodes, within(self.folders, node_values.number_of(record[PLACE])), name)
        for cut in (cut for cut, byte in enumerate(path) if byte == ord("/")):
            if path[:cut] not in self.nodes:
                self._add(path[:cut], folder())
        self._add(path, self._node(record[TWINS], node_values.node_of(record[3 + NAME :])))

    def _node(self, likeness: int, own: Node) -> Node:
        """Return the sprout's own node, or one like a file that is there."""
        if likeness >= TWIN and self.files:
            return self._shared(within(self.files, likeness - TWIN))
        if likeness >= DOUBLE and self.files:
            content = self.nodes[within(self.files, likeness - DOUBLE)].content
            return file(*(segment._replace(seed=segment.seed % 9 + 1) for segment in content))
        return own

    def _add(self, path: bytes, node: Node) -> None:
        self.nodes[path] = node
        if node.kind == "dir":
            self.folders.append(path)
        elif node.kind == "file":
            self.files.append(path)

    def _shared(self, path: bytes) -> Node:
        """Return the file at a path, with a link number so that it can have more names."""
        if self.nodes[path].link is None:
            self.links += 1
            self.nodes[path] = replace(self.nodes[path], link=self.links)
        return self.nodes[path]


def _grown(root: bytes, sprouts: list[bytes]) -> Tree:
    plain = node_values.node_of(root)
    growing = _Growing(folder(plain.mode, mtime_ns=plain.mtime_ns))
    for record in sprouts:
        growing.sprout(record)
    return Tree(growing.nodes)


def _edited(first: Tree, rounds: list[list[bytes]]) -> History:
    """Return the history of a tree and the edits that the records choose."""
    trees_, edits = [first], list[Edit]()
    for chosen in rounds:
        before = tree = trees_[-1]
        made: list[Edit] = []
        for record in chosen:
            made.append(choice_of(record).made(tree, first))
            tree = made[-1].apply(tree)
        edits.append(made[0] if len(made) == 1 else Together(tuple(made)))
        trees_.append(tree if len(made) == 1 else settled(before, tree))
    return History.along(tuple(trees_), tuple(edits))
