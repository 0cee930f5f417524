"""The answer of `duplicity-verify regression`: what leaves, what enters, and what else changed its meaning."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verify.plurals import counted
from verify.regression import Change, Fate, Moves
from verify.regression.moves import Watcher
from verify.regression.sides import ChangeSide
from verify.report.answers.answer import Answer, PathList, first_and_more, notes_of
from verify.report.columns import columns, size
from verify.report.outcome import Outcome, Run
from verify.report.severities import counts_of
from verify.report.wording import verdict_words
from verify.selection import Entry
from verify.selection.printing import printable
from verify.selection.survey import PathGroup

if TYPE_CHECKING:
    from verify.selection.listing import Listed, RealSource

SHOWN = 20  # topmost paths of a group in the table


class RegressionAnswer(Answer):
    """Filled by `tests/regression`. `sides` are what the command opened, for the tests to look at."""

    def __init__(self, form: str, sides: tuple[ChangeSide, ChangeSide]) -> None:
        super().__init__(form)
        self.sides = sides
        self.changes: tuple[Change, ...] | None = None  # None: not compared
        self.moves: Moves | None = None
        self.listing: Listed | RealSource | None = None  # that the moves are of
        self.approved: bool | None = None  # by the lock; None without one
        self.sandbox: dict[str, Run] = {}  # by "before", "after"
        self._paths: dict[Fate, PathList] = {}

    def watchers(self) -> list[Watcher]:
        """Return what wants to see each path that moves."""
        return [self._keep] if self.form == "json" else []

    def _keep(self, fate: Fate, path: bytes, _: Entry) -> None:
        if fate not in self._paths:
            self._paths[fate] = PathList()
        self._paths[fate].add(printable(path))

    @property
    def same(self) -> bool:
        """Whether both jobs say the same, and include the same of the listing."""
        return self.changes == () and self.moves is not None and not self.moves.groups

    def document(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        if self.changes is None and self.moves is None:
            return {}
        before, after = self.sides
        return {
            "before": before.label,
            "after": after.label,
            "same": self.same,
            "approved": self.approved,
            "mended": self.sides[0].refused or None,
            "leaves": self._groups(enters=False),
            "enters": self._groups(enters=True),
            "changes": None if self.changes is None else [change.as_json() for change in self.changes],
            "sandbox": {side: _sandbox_json(run) for side, run in self.sandbox.items()},
            "notes": [*self._notes()],
        }

    def _groups(self, *, enters: bool) -> list[dict[str, Any]] | None:
        if self.moves is None:
            return None
        return [
            {
                "rule": fate.rule,
                "before": fate.before,
                "after": fate.after,
                "files": group.files,
                "bytes": group.size,
                "paths": self._paths.get(fate, PathList()),
            }
            for fate, group in self.moves.groups.items()
            if fate.enters is enters
        ]

    def table(self) -> Iterator[str]:
        """Yield the answer's lines for people."""
        if self.changes is None and self.moves is None:
            return
        before, after = self.sides
        yield from columns([["before", before.label], ["after", after.label]])
        yield ""
        yield from self._moved()
        yield from self._changed()
        if before.refused:
            yield "The change mends the job: duplicity refuses the one before, so it makes no backup."
            yield f"  {before.refused}"
        if self.same:
            yield "Both say the same job: nothing leaves or enters the backup, and nothing else changed."
        if self.approved is not None:
            yield f"The lock {'approves' if self.approved else 'does not approve'} the job after the change."
        for side, run in self.sandbox.items():
            yield f"sandbox, {side} the change: {_sandbox(run)}"
        for note in self._notes():
            yield from ("", f"note: {note}")

    def _notes(self) -> Iterator[str]:
        yield from dict.fromkeys(note for side in self.sides for note in side.notes)
        yield from notes_of(self.listing) if self.listing else ()

    def _moved(self) -> Iterator[str]:
        if self.moves is None:
            yield from ("paths: not compared", "")
            return
        groups = self.moves.groups.items()
        yield from _direction("leaves the backup", [each for each in groups if not each[0].enters])
        yield from _direction("enters the backup", [each for each in groups if each[0].enters])

    def _changed(self) -> Iterator[str]:
        if self.changes is None:
            yield from ("changes of meaning: not compared", "")
        elif self.changes:
            yield "changes of meaning"
            for change in self.changes:
                yield from _change(change)
            yield ""


def _direction(title: str, groups: Sequence[tuple[Fate, PathGroup]]) -> Iterator[str]:
    paths, files = sum(group.count for _, group in groups), sum(group.files for _, group in groups)
    if not groups:
        yield from (f"{title}: nothing", "")
        return
    total = size(sum(group.size for _, group in groups))
    yield f"{title}: {counted(paths, 'path')}, {counted(files, 'file')}, {total}"
    for fate, group in groups:
        yield f"  {'no longer ' if fate.enters else ''}excluded by {fate.rule}"
        yield from (f"    {line}" for line in first_and_more(_tops(group), SHOWN, "of these"))
        if group.untold:
            yield f"    and {counted(group.untold, 'path')} more; --format json lists them"
    yield ""


def _tops(group: PathGroup) -> Iterator[str]:
    for path, count in group.tops:
        yield printable(path) + (f"  and {counted(count - 1, 'path')} in it" if count > 1 else "")


def _change(change: Change) -> Iterator[str]:
    yield from (f"  - {change.title}: {each}" for each in change.gone)
    yield from (f"  + {change.title}: {each}" for each in change.new)
    if change.consequence:
        yield f"      {change.consequence}"


def _sandbox(run: Run) -> str:
    return f"{verdict_words(run)}: {run.sentence}"


def _failed(run: Run) -> list[str]:
    return list(dict.fromkeys(check.id for check in run.checks if check.outcome is Outcome.FINDING))


def _sandbox_json(run: Run) -> dict[str, Any]:
    return {
        "verdict": run.verdict.value,
        "sentence": run.sentence,
        "severities": counts_of(run.findings),
        "findings": _failed(run),
    }
