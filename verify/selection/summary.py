"""What a selection comes to: paths, files and bytes, by top folder and by rule, counted as decisions pass."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from verify.selection.printing import printable
from verify.selection.rules import Rule
from verify.selection.walk import Decision, Walk

Key = TypeVar("Key", bound=Hashable)


class Tally(NamedTuple):
    """How much: paths of every kind, the files among them, and those files' bytes."""

    paths: int = 0
    files: int = 0
    bytes: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Given another tally, return what both come to."""
        return Tally(self.paths + other.paths, self.files + other.files, self.bytes + other.bytes)


class Share(NamedTuple):
    """How much of something is in the backup, and how much is not."""

    included: Tally = Tally()
    excluded: Tally = Tally()

    def as_json(self) -> dict[str, Any]:
        """Return the share as a JSON object."""
        return {"included": self.included._asdict(), "excluded": self.excluded._asdict()}


@dataclass(frozen=True)
class RuleUse:
    """What a rule did: how many paths it included and excluded.

    `shadowed_by` are the indexes of the rules that decided the paths which this one matched, given only
    where this one decided nothing. A rule without decisions that is not shadowed never matched.
    """

    rule: Rule
    included: int
    excluded: int
    shadowed_by: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many paths the rule decided, those inside a folder that it excluded too."""
        return self.included + self.excluded

    def as_json(self) -> dict[str, Any]:
        """Return the use as a JSON object."""
        return {
            "index": self.rule.index,
            "rule": printable(self.rule.origin),
            "include": self.rule.include,
            "included": self.included,
            "excluded": self.excluded,
            "shadowed_by": list(self.shadowed_by),
        }


class Summary:
    """Counts over the decisions that it was given; the source itself, which is always included, is not counted."""

    def __init__(self) -> None:
        self._cells: dict[tuple[bytes, int | None, bool], list[int]] = {}

    def add(self, decision: Decision) -> None:
        """Given a decision, count it."""
        entry, included, rule, _ = decision
        path, kind, size = entry[:3]
        if not path:
            return
        top, below, _ = path.partition(b"/")
        key = (top if below or kind == "dir" else b"", rule, included)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = [0, 0, 0]
        cell[0] += 1
        if kind == "file":
            cell[1] += 1
            cell[2] += size

    @property
    def total(self) -> Share:
        """How much of the whole listing is in the backup."""
        return self._by(lambda _top, _rule: None).get(None, Share())

    @property
    def by_folder(self) -> Mapping[bytes, Share]:
        """How much of each folder directly in the source; what lies there and is no folder is in b""."""
        return self._by(lambda top, _rule: top)

    @property
    def by_rule(self) -> Mapping[int | None, Share]:
        """How much each rule decided, by its index; None is what no rule did."""
        return self._by(lambda _top, rule: rule)

    def _by(self, group: Callable[[bytes, int | None], Key]) -> dict[Key, Share]:
        shares: dict[Key, Share] = {}
        for (top, rule, included), cell in sorted(self._cells.items(), key=lambda item: item[0][0]):
            key = group(top, rule)
            share = shares.get(key, Share())
            more = Share(Tally(*cell)) if included else Share(excluded=Tally(*cell))
            shares[key] = Share(share.included.plus(more.included), share.excluded.plus(more.excluded))
        return shares

    def uses(self, walk: Walk) -> tuple[RuleUse, ...]:
        """Given the pass that made the decisions, return what each rule did, in the order in which they are asked."""
        decided = self.by_rule
        return tuple(
            _use(rule, decided.get(rule.index), walk.shadowed.get(rule.index, set())) for rule in walk.rules.rules
        )

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object: of all, and by folder; what lies directly in the source is in "."."""
        folders = {printable(top) or ".": share.as_json() for top, share in self.by_folder.items()}
        return {**self.total.as_json(), "folders": folders}


def _use(rule: Rule, share: Share | None, shadowed_by: set[int]) -> RuleUse:
    if share is None:
        return RuleUse(rule, 0, 0, tuple(sorted(shadowed_by)))
    return RuleUse(rule, share.included.paths, share.excluded.paths, ())


def summarise(decisions: Iterable[Decision]) -> Summary:
    """Given decisions as a pass yields them, return what they come to; none of them is held.

    To do more with each decision than count it, make a `Summary` and `add` them one by one.
    """
    summary = Summary()
    for decision in decisions:
        summary.add(decision)
    return summary
