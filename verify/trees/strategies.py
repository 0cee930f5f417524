"""Hypothesis strategies for trees and histories.

A tree is drawn as a flat list of sprouts, each of which finds a place among the folders that are there
by then; an edit likewise chooses among what is there. So nothing is filtered, whatever is left out
gives a smaller history and never an impossible one, and shrinking is fast. Each is drawn as a record
of bytes, see `values`.
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
SELDOM_DEEP = 254  # the byte from which on a place is deep: one in 128, for it takes a dozen folders
TWIN = 224  # the byte from which on a sprout is one more name of a file that is there: one in eight
DOUBLE = 192  # the byte from which on it is a file of the size of one that is there, with other content

FEW = 2  # sprouts
PLACE, TWINS, DEPTH = range(3)  # bytes of a sprout's record; a name and a node follow
SPROUT = 3 + NAME + NODE

_sprouts = st.binary(min_size=SPROUT, max_size=SPROUT)
_roots = st.binary(min_size=NODE, max_size=NODE)
_rounds = st.lists(st.binary(min_size=CHOICE, max_size=CHOICE), min_size=1, max_size=4)


@cache
def _sprout_lists(max_nodes: int) -> st.SearchStrategy[list[bytes]]:
    """Return a strategy for lists of sprouts; one list alone would mostly be short, or empty."""
    few = st.lists(_sprouts, max_size=FEW)
    more = st.lists(_sprouts, min_size=FEW, max_size=max_nodes)
    many = st.lists(_sprouts, min_size=max_nodes // 2, max_size=max_nodes)
    return st.one_of(few, more, many)


@st.composite
def trees(draw: st.DrawFn, max_nodes: int = 10) -> Tree:
    """Return a strategy for trees of `max_nodes` nodes at most, the root and what deep ones need aside."""
    return _grown(draw(_roots), draw(_sprout_lists(max_nodes)))


@st.composite
def histories(draw: st.DrawFn, points: int = 3, max_nodes: int = 8) -> History:
    """Return a strategy for histories of `points` trees, with one to four edits from each to the next."""
    first = _grown(draw(_roots), draw(_sprout_lists(max_nodes)))
    return _edited(first, [draw(_rounds) for _ in range(points - 1)])


def lives(points: int, max_nodes: int = 8) -> st.SearchStrategy[History]:
    """Return a strategy for histories of many points: too long to be drawn edit by edit, each is a number's own."""
    return st.integers(0, 2**32).map(lambda seed: lived(seed, points, max_nodes))


def lived(seed: int, points: int, max_nodes: int = 8) -> History:
    """Given a number, return its history of so many trees, with one or two edits from each to the next."""
    random = Random(seed)  # noqa: S311 - it is to be the same each time
    first = _grown(random.randbytes(NODE), [random.randbytes(SPROUT) for _ in range(random.randint(1, max_nodes))])
    rounds = [[random.randbytes(CHOICE) for _ in range(random.randint(1, 2))] for _ in range(points - 1)]
    return _edited(first, rounds)


class _Growing:
    """A tree in the making: its nodes, and where the next may go."""

    def __init__(self, root: Node) -> None:
        self.nodes = {b"": root}
        self.folders = [b""]
        self.files: list[bytes] = []
        self.links = 0

    def sprout(self, record: bytes) -> None:
        """Given the record of a sprout, let it grow."""
        name = node_values.name_of(record[3 : 3 + NAME])
        if record[DEPTH] >= SELDOM_DEEP:
            name = DEEP + b"/" + name
        path = free_path(self.nodes, within(self.folders, node_values.number_of(record[PLACE])), name)
        for cut in (cut for cut, byte in enumerate(path) if byte == ord("/")):
            if path[:cut] not in self.nodes:
                self._add(path[:cut], folder())
        self._add(path, self._node(record[TWINS], node_values.node_of(record[3 + NAME :])))

    def _node(self, likeness: int, own: Node) -> Node:
        """Return a sprout's own node, or one that is like a file that is there."""
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
        """Return the file at a path as one that may have further names."""
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
    """Return the history in which the edits that records choose follow a tree."""
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
