"""Which rule decided on a path, and what every rule says of it."""

import posixpath
from dataclasses import dataclass
from typing import Any

from verify.errors import CannotRunError
from verify.selection import Decision, Rule, RuleSet
from verify.selection.conditions import Scene
from verify.selection.printing import printable
from verify.selection.survey.survey import Survey


@dataclass(frozen=True, slots=True)
class Explanation:
    """A path's decision, and in the rules' order what each of them says of the path."""

    decision: Decision
    words: tuple[tuple[Rule, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as a JSON object."""
        return {
            "path": printable(self.decision.path),
            "included": self.decision.included,
            "rule": self.decision.rule,
            "why": printable(self.decision.why),
            "rules": [{"index": rule.index, "rule": printable(rule.origin), "says": says} for rule, says in self.words],
        }

    def __str__(self) -> str:
        state = "in the backup" if self.decision.included else "not in the backup"
        lines = [f"{printable(self.decision.path) or '.'} is {state}: {printable(self.decision.why)}."]
        lines += [f"  {rule.index}  {printable(rule.origin)}: {says}" for rule, says in self.words]
        return "\n".join(lines)


class Question:
    """A path that is asked about: it waits for the decision on it to come by."""

    def __init__(self, rules: RuleSet, asked: str) -> None:
        """Given a path relative to the source, or its full name. Raise `CannotRunError` for one outside of it."""
        self._rules = rules
        self.path = _relative(rules.source, asked)
        self._decision: Decision | None = None

    def take(self, decision: Decision) -> None:
        """Given a decision, keep it if it is the one that was asked for."""
        if decision.path == self.path:
            self._decision = decision

    def answer(self, survey: Survey) -> Explanation:
        """Given the survey when it is over, return the explanation. Raise `CannotRunError` if the path is not there."""
        if self._decision is None:
            raise CannotRunError(
                f"--explain: the source has no {printable(self.path)!r}: give a path as the listing names it"
            )
        rules = self._rules.rules if self.path else ()
        name = self._rules.name_of(self.path)
        said = tuple((rule, _word(rule, name, self._decision, survey.scene)) for rule in rules)
        return Explanation(self._decision, said)


def _relative(source: str, asked: str) -> bytes:
    path = asked.encode("utf-8", "surrogateescape")
    if asked.startswith("/"):
        root = source.encode("utf-8", "surrogateescape").removesuffix(b"/")
        if path.rstrip(b"/") != root and not path.startswith(root + b"/"):
            raise CannotRunError(f"--explain: {asked} is not in the source {source}: give a path that is")
        path = path.removeprefix(root).lstrip(b"/")
    path = posixpath.normpath(path)
    return b"" if path == b"." else path


def _word(rule: Rule, name: str, decision: Decision, scene: Scene) -> str:
    if rule.condition.matches(name, decision.entry, scene):
        says = "takes it" if rule.include else "leaves it out"
        return says if rule.index == decision.rule else f"would {'take it' if rule.include else 'leave it out'}"
    if rule.include and rule.condition.leads_through(name):
        return "makes duplicity look below it"
    return "says nothing"
