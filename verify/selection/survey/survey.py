"""One pass of a job's rules over a listing, for all who want to know something of it."""

import posixpath
from collections.abc import Callable, Iterable
from typing import Self

from verify.progress import counting
from verify.selection import Decision, Entry, RuleSet, RuleUse, Summary, Walk
from verify.selection.conditions import Scene

Watcher = Callable[[Decision], None]
NAMES_KEPT = 10_000  # of each folder that was asked for


class Survey:
    """A pass, and what it came to.

    `summary` counts what is in and out. `names` holds the names in each folder that was asked for, as far as
    `NAMES_KEPT`. `root` is the kind of the source itself. `undecodable` counts the paths that are no UTF-8. All are
    complete when `run` is over.
    """

    def __init__(self, entries: Iterable[Entry], rules: RuleSet, names_in: Iterable[bytes] = ()) -> None:
        """Given a listing, rules, and the folders whose names are asked for, prepare the pass."""
        self.rules = rules
        self.summary = Summary()
        self.names: dict[bytes, set[bytes]] = {folder: set() for folder in names_in}
        self.undecodable = 0
        self.root = "dir"  # what kind of node the source itself is
        self._walk = Walk(entries, rules)

    def run(self, watchers: Iterable[Watcher] = ()) -> Self:
        """Decide every path, and show each decision to the watchers. Raise what `select` raises."""
        watching = (self.summary.add, *([self._note_name] if self.names else []), *watchers)
        for decision in counting(self._walk, "paths looked at"):
            for watch in watching:
                watch(decision)
            if not decision.path:
                self.root = decision.entry.kind
            if not decision.entry.path.isascii():
                self.undecodable += not _is_text(decision.entry.path)
        return self

    def _note_name(self, decision: Decision) -> None:
        folder, name = posixpath.split(decision.entry.path)
        names = self.names.get(folder)
        if name and names is not None and len(names) < NAMES_KEPT:
            names.add(name)

    @property
    def scene(self) -> Scene:
        """What the rules know of the listing as a whole."""
        return self._walk.scene

    @property
    def uses(self) -> tuple[RuleUse, ...]:
        """What each rule did, in the order in which they are asked."""
        return self.summary.uses(self._walk)


def _is_text(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True
