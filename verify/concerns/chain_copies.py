"""Small chains and copies of them, for tests that damage a backup.

A chain is backed up once, and each case works on a copy of its destination and of its archive
directory, so that it costs only the commands that it is about.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from verify.lab.lab import Chain, Lab
from verify.trees import Edit, History, Segment, Tree, file
from verify.trees.edits import Create, Overwrite, Together

if TYPE_CHECKING:
    from verify.lab.client.variants import Place

LARGE = 1_600_000  # bytes that do not compress, for two volumes of 1 MB: duplicity makes none smaller
ADDED = 1_200_000  # bytes, for two volumes of an incremental
REVERTED = 5000  # bytes of a file that becomes again what it was in an older backup
OPTIONS = ("--volsize=1", "--name=copies")  # of one name, an archive directory goes with any copy
COMMAND_ENDS_WITHIN = 90.0  # seconds; many times what such a command takes on a busy machine
POINTS = 2  # what is copied is a full and an incremental; the later trees are for what comes next


def _history(seed: int, *then: Edit) -> History:
    first = Tree({b"large": file((seed, LARGE)), b"left": file((1, 3000)), b"reverted": file((seed, REVERTED))})
    changes = Together((Overwrite(b"large", 1000, Segment(seed + 1, 3000)), Create(b"new", file((seed + 2, 500)))))
    return History(first, (changes, *then))


# An older backup, of the same times and so of the same names: where stale objects come from.
BEFORE = _history(2000)
NOW = _history(
    1000,
    # A stale signature takes the file for unchanged.
    Together((Overwrite(b"reverted", 0, Segment(2000, REVERTED)), Create(b"newer", file((1003, ADDED))))),
    Create(b"newest", file((1004, 500))),
    Create(b"last", file((1005, 500))),
)


class Copies:
    """The small chains of one lab; each is backed up when it is first needed."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._chains: dict[tuple[History, bool, Place], Chain] = {}

    @contextlib.contextmanager
    def new(self, *, encrypted: bool) -> Iterator[Chain]:
        """Give a chain without points; its archive directory is removed afterwards."""
        made = self._made(encrypted=encrypted)
        try:
            yield made
        finally:
            self.lab.host.remove(made.archive)

    @contextlib.contextmanager
    def copy(self, *, encrypted: bool, archive_lost: bool = False) -> Iterator[Chain]:
        """Give a copy of the chain of `NOW`: a full and an incremental. Its archive directory may be missing."""
        original = self.original(NOW, encrypted=encrypted)
        copy = self._made(encrypted=encrypted)
        copy.destination = original.destination.copied()
        copy.points += [replace(point, chain=copy) for point in original.points]
        if not archive_lost:
            self.lab.host.run(["cp", "-a", original.archive, copy.archive])
        try:
            yield copy
        finally:
            self.lab.host.remove(copy.archive)

    def original(self, history: History, *, encrypted: bool) -> Chain:
        """Return the chain that copies are made of."""
        key = (history, encrypted, self.lab.variant.place)
        if key not in self._chains:
            chain = self._made(encrypted=encrypted)
            for tree in history.trees[:POINTS]:
                self.lab.fill_source(tree)
                self.lab.take_point(chain)
            self._chains[key] = chain
        return self._chains[key]

    def _made(self, *, encrypted: bool) -> Chain:
        chain = self.lab.new_chain(encrypted=encrypted, archive=True)
        options = (*chain.duplicity.options, *OPTIONS)
        chain.duplicity = replace(chain.duplicity, options=options, timeout=COMMAND_ENDS_WITHIN)
        return chain

    def fill_for_next(self, chain: Chain) -> None:
        """Make the source hold the tree of a chain's next point."""
        self.lab.fill_source(NOW.trees[len(chain.points)])
