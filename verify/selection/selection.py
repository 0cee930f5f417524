"""A whole selection: what is in and out, and what each rule did."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from verify.errors import CannotRunError
from verify.selection.conditions import Entry
from verify.selection.printing import printable
from verify.selection.rules import Rule, RuleSet
from verify.selection.summary import RuleUse, Summary, summarise
from verify.selection.walk import Decision, Walk


class Selection:
    """The decisions of a rule set on a listing, in the order in which they were made."""

    def __init__(self, entries: Iterable[Entry], rules: RuleSet) -> None:
        """Given a listing and rules, decide every path; what it raises is what `select` raises."""
        self._set = rules
        self._walk = Walk(entries, rules)
        self.decisions: tuple[Decision, ...] = tuple(self._walk)

    @property
    def included(self) -> list[bytes]:
        """The paths that are in the backup, the source itself (b"") among them."""
        return [decision.path for decision in self.decisions if decision.included]

    @property
    def excluded(self) -> list[bytes]:
        """The paths that are not in the backup."""
        return [decision.path for decision in self.decisions if not decision.included]

    @cached_property
    def summary(self) -> Summary:
        """What the decisions come to: paths, files and bytes, by top folder and by rule."""
        return summarise(self.decisions)

    @property
    def rules(self) -> tuple[RuleUse, ...]:
        """What each rule did, in the order in which they are asked."""
        return self.summary.uses(self._walk)

    @cached_property
    def _by_path(self) -> dict[bytes, Decision]:
        return {decision.path: decision for decision in self.decisions}

    def explain(self, path: bytes) -> str:
        """Given a path of the listing, return what decided it, and what each rule says of it, as lines."""
        decision = self._by_path.get(path)
        if decision is None:
            raise CannotRunError(f"The listing does not name {printable(path)!r}; give a path relative to the source.")
        state = "in the backup" if decision.included else "not in the backup"
        lines = [f"{printable(path) or '.'} is {state}: {printable(decision.why)}."]
        name = self._set.name_of(path)
        lines += [
            f"  {rule.index}: {printable(rule.origin)}: {self._word(rule, name, decision.entry)}"
            for rule in (self._set.rules if path else ())
        ]
        return "\n".join(lines)

    def _word(self, rule: Rule, name: str, entry: Entry) -> str:
        if rule.condition.matches(name, entry, self._walk.scene):
            return "includes it" if rule.include else "excludes it"
        if rule.include and rule.condition.leads_through(name):
            return "makes duplicity look below it"
        return "says nothing"

    def as_json(self) -> dict[str, Any]:
        """Return the selection as a JSON object; paths relative to the source, without the source itself."""
        return {
            "source": printable(self._set.source),
            "release": str(self._set.release),
            "included": [printable(path) for path in self.included if path],
            "excluded": [printable(path) for path in self.excluded],
            "rules": [use.as_json() for use in self.rules],
        }
