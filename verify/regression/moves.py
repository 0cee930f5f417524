"""Which paths of a listing leave or enter the backup when its rules change."""

import itertools
import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Self, cast

from verify.checks import Finding
from verify.errors import CannotRunError
from verify.progress import counting
from verify.selection import Decision, Entry, RuleSet, select
from verify.selection.printing import printable
from verify.selection.survey import PathGroup

SHOWN = 10  # topmost paths in a finding


class Fate(NamedTuple):
    """What paths share that move: whether they enter, and what decided on them before and after.

    `rule` is the rule that did it: the one that leaves them out now, or did until now.
    """

    enters: bool
    rule: str
    before: str
    after: str


Watcher = Callable[[Fate, bytes, Entry], None]  # the path is relative to the source before


class Moves:
    """One pass of two rule sets over a listing. `groups` holds what moves, by its fate."""

    def __init__(self, entries: Iterable[Entry], before: RuleSet, after: RuleSet) -> None:
        """Given a listing of the source before, which can be iterated twice, and both rule sets, prepare the pass.

        The source after may be a folder of the source before. Raise `CannotRunError` where it is
        none: the listing says nothing of it.
        """
        self._before, self._after = before, after
        self._below = _below(before.source, after.source)
        self._entries = entries
        self.groups: dict[Fate, PathGroup] = {}

    def run(self, watchers: Iterable[Watcher] = ()) -> Self:
        """Decide every path twice, and show what moves to the watchers. Raise what `select` raises."""
        watching = tuple(watchers)
        for path, before, after in counting(self._pairs(), "paths compared"):
            was, is_now = before is not None and before.included, after is not None and after.included
            if not path or was is is_now:
                continue
            fate = self._fate(before, after, enters=is_now)
            entry = (before or cast("Decision", after)).entry  # a pair has one of them
            self.groups.setdefault(fate, PathGroup()).add(entry._replace(path=path))
            for watch in watching:
                watch(fate, path, entry)
        return self

    def _pairs(self) -> Iterator[tuple[bytes, Decision | None, Decision | None]]:
        """Yield the paths with both decisions on them, as soon as both are made.

        Each walk may hold a folder's decision back, so they are matched by their paths; what waits
        for its counterpart is no more than those folders.
        """
        waiting: tuple[dict[bytes, Decision], dict[bytes, Decision]] = ({}, {})
        these, those = self._walks()
        for decision in these:
            if not self._is_in_source_after(decision.path):
                yield decision.path, decision, None
                continue
            yield from self._matched(waiting, 0, decision)
            for other in itertools.islice(those, 1):
                yield from self._matched(waiting, 1, other)
        for other in those:
            yield from self._matched(waiting, 1, other)
        yield from ((path, decision, None) for path, decision in waiting[0].items())
        yield from ((path, None, decision) for path, decision in waiting[1].items())

    def _matched(
        self, waiting: tuple[dict[bytes, Decision], dict[bytes, Decision]], side: int, decision: Decision
    ) -> Iterator[tuple[bytes, Decision, Decision]]:
        """Given a decision of one side (0: before), yield the pair that it completes; else let it wait."""
        path = self._from_source_before(decision.path) if side else decision.path
        other = waiting[1 - side].pop(path, None)
        if other is None:
            waiting[side][path] = decision
        else:
            yield (path, other, decision) if side else (path, decision, other)

    def _walks(self) -> tuple[Iterator[Decision], Iterator[Decision]]:
        """Return both walks: over one reading of the listing, where they go through it side by side."""
        these: Iterable[Entry] = self._entries
        those: Iterable[Entry] = self._entries
        if self._below:
            those = _Below(those, self._below, self._after.source)
        elif not (self._before.markers or self._after.markers):
            these, those = itertools.tee(self._entries)
        return select(these, self._before), select(those, self._after)

    def _is_in_source_after(self, path: bytes) -> bool:
        return not self._below or path == self._below or path.startswith(self._below + b"/")

    def _from_source_before(self, path: bytes) -> bytes:
        return posixpath.join(self._below, path) if path and self._below else path or self._below

    def _fate(self, before: Decision | None, after: Decision | None, *, enters: bool) -> Fate:
        was, now = self._said(before, self._before), self._said(after, self._after)
        return Fate(enters, was if enters else now, was, now)

    def _said(self, decision: Decision | None, rules: RuleSet) -> str:
        """Return what decided, as a rule's origin or in words."""
        if decision is None:
            return f"it is not below the source {rules.source}"
        if decision.rule is None:
            return printable(decision.why)
        rule = rules.rules[decision.rule]
        if rule.include and not decision.included:
            return f"{printable(rule.origin)} includes nothing in it"
        return printable(rule.origin)


def _below(before: str, after: str) -> bytes:
    """Return where the source after lies in the source before, b"" where they are the same."""
    if before == after:
        return b""
    prefix = before.removesuffix("/") + "/"
    if not after.startswith(prefix):
        raise CannotRunError(
            f"the source was {before} and is {after}, of which a listing of {before} says nothing:"
            " compare the selections by themselves, with `duplicity-verify selection`"
        )
    return after.removeprefix(prefix).encode("utf-8", "surrogateescape")


class _Below:
    """A listing of a folder, out of the listing of one that it is in."""

    def __init__(self, entries: Iterable[Entry], folder: bytes, source: str) -> None:
        self._entries, self._folder, self._source = entries, folder, source

    def __iter__(self) -> Iterator[Entry]:
        found = False
        for entry in self._entries:
            if entry.path == self._folder:
                found = True
                yield entry._replace(path=b"")
            elif entry.path.startswith(self._folder + b"/"):
                found = True
                yield entry._replace(path=entry.path[len(self._folder) + 1 :])
        if not found:
            raise CannotRunError(
                f"the source is now {self._source}, and the listing has no {printable(self._folder)!r}: list it anew"
            )


def move_findings(moves: Moves) -> Iterator[Finding]:
    """Given moves, yield a finding for each fate: `paths-kept` for what leaves, `paths-not-added` for what enters."""
    for fate, group in moves.groups.items():
        tops = group.tops
        more = group.count - sum(count for _, count in tops[:SHOWN])
        shown = ", ".join(printable(path) + (f" with {count - 1:,} more in it" if count > 1 else "")
                          for path, count in tops[:SHOWN])  # fmt: skip
        paths = f"{shown}{f', and {more:,} more' if more else ''}"
        path = printable(tops[0][0]) if len(tops) == 1 else ""
        if fate.enters:
            yield Finding("paths-not-added", path, f"excluded, as before: {fate.before}", f"in the backup: {paths}")
        else:
            yield Finding("paths-kept", path, f"in the backup, as before ({fate.before})", f"excluded: {paths}",
                          f"{fate.after} does it")  # fmt: skip
