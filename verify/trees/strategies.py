"""Hypothesis strategies for trees and histories.

A tree is drawn as a flat list of sprouts, each of which finds a place among the folders that are there
by then; an edit likewise chooses among what is there. So nothing is filtered, whatever is left out
gives a smaller history and never an impossible one, and shrinking is fast.
"""

from dataclasses import dataclass, replace
from functools import reduce

from hypothesis import strategies as st

from verify.trees import values
from verify.trees.choices import Choice, choices
from verify.trees.edits import Together
from verify.trees.model import Edit, History, Node, Tree, folder
from verify.trees.places import free_path, paths, within

SELDOM_DEEP = 30  # ordinary places for one deep one, which takes a dozen folders
DEEP = b"/".join([b"deep" * 20] * 12)  # 971 bytes


@dataclass(frozen=True)
class Sprout:
    """A node on its way into a tree. `place` chooses its folder, `twin` a file that it is a name of."""

    place: int
    name: bytes
    node: Node
    twin: int | None = None
    deep: bool = False

    def grown(self, tree: Tree) -> Tree:
        """Given a tree, return it with the node in it."""
        name = DEEP + b"/" + self.name if self.deep else self.name
        path = free_path(tree, within(paths(tree, "dir"), self.place), name)
        files = paths(tree, "file")
        if self.twin is None or not files:
            return Tree({**tree, **_above(tree, path), path: self.node})
        twin = within(files, self.twin)
        link = tree[twin].link or 1 + max(node.link or 0 for node in tree.values())
        shared = replace(tree[twin], link=link)
        return Tree({**tree, **_above(tree, path), twin: shared, path: shared})


def _above(tree: Tree, path: bytes) -> dict[bytes, Node]:
    """Return the folders that a path still needs."""
    heads = (path[:cut] for cut, byte in enumerate(path) if byte == ord("/"))
    return {head: folder() for head in heads if head not in tree}


_places = st.integers(0, 7)
_twins = st.one_of(st.none(), st.none(), st.none(), _places)
_deep = st.sampled_from([False] * SELDOM_DEEP + [True])
_sprouts = st.builds(Sprout, _places, values.names, values.nodes, _twins, _deep)
_roots = st.builds(lambda mode, mtime: Tree({b"": folder(mode, mtime_ns=mtime)}), values.modes, values.mtimes)


def trees(max_nodes: int = 12) -> st.SearchStrategy[Tree]:
    """Return a strategy for trees of `max_nodes` nodes at most, the root and what deep ones need aside."""
    return st.builds(_grown, _roots, st.lists(_sprouts, max_size=max_nodes))


def _grown(root: Tree, sprouts: list[Sprout]) -> Tree:
    return reduce(lambda tree, sprout: sprout.grown(tree), sprouts, root)


def histories(points: int = 3, max_nodes: int = 10) -> st.SearchStrategy[History]:
    """Return a strategy for histories of `points` trees, with one to four edits from each to the next."""
    rounds = st.lists(st.lists(choices, min_size=1, max_size=4), min_size=points - 1, max_size=points - 1)
    return st.builds(_edited, trees(max_nodes), rounds)


def _edited(first: Tree, rounds: list[list[Choice]]) -> History:
    tree, done = first, []
    for chosen in rounds:
        done.append(_together(tree, chosen))
        tree = done[-1].apply(tree)
    return History(first, tuple(done))


def _together(tree: Tree, chosen: list[Choice]) -> Edit:
    """Return the edits that were chosen, each made for the tree that the ones before it leave."""
    made: list[Edit] = []
    for choice in chosen:
        made.append(choice.made(tree))
        tree = made[-1].apply(tree)
    return made[0] if len(made) == 1 else Together(tuple(made))
