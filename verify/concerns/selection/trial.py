"""What duplicity takes of a source under given rules, against what the oracle says that it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from verify.checks import Finding
from verify.lab.jobs.own_rules import OwnRules, is_twin
from verify.lab.lab import Lab, Point
from verify.selection import RuleError

MODEL = "selection-as-predicted"


@dataclass(frozen=True, eq=False)
class Trial:
    """One backup of the source under selection options, as words; `lists` are the files that they name."""

    lab: Lab
    words: Sequence[str]
    lists: Mapping[str, bytes]

    @cached_property
    def rules(self) -> OwnRules:
        """The rules that the words mean."""
        twin = "--files-from" in self.words and is_twin(self.lab)
        return OwnRules(self.lab.source, tuple(self.words), self.lab.release, self.lists, twin=twin)

    def findings(self) -> list[Finding]:
        """Back up, and return a finding for each path, and for the exit code, that the oracle sees otherwise."""
        point = self.point()
        refusal = list(self._refusal(point))
        if refusal or not point.result.ok:
            return refusal
        listed = self.lab.listing(point).paths
        restored = self.lab.restore(point)
        restored.result.must_succeed()
        found = self.rules.placement_findings(point.inventory, listed, restored.inventory)
        return [*found, *self.rules.change_findings(point.inventory, restored.inventory, self.lab.limitations)]

    def point(self) -> Point:
        """Return the point that a full backup makes; no other command is given the options."""
        chain = self.lab.new_chain()
        usual = chain.duplicity
        for path, data in self.lists.items():
            self.lab.host.put(path, data)
        try:
            chain.duplicity = replace(usual, options=(*self.words, *usual.options))
            return self.lab.try_point(chain)
        finally:
            chain.duplicity = usual
            for path in self.lists:
                self.lab.host.remove(path)

    def _refusal(self, point: Point) -> Iterator[Finding]:
        """Yield a finding if the backup did not end as the oracle says."""
        refused = self.rules.rules if isinstance(self.rules.rules, RuleError) else None
        code, sentence = (refused.exit_code, refused.sentence) if refused else (0, "")
        if point.result.exit_code != code:
            got = f"exit code {point.result.exit_code} ({point.result.exit_name})"
            yield Finding(MODEL, "", f"exit code {code} {sentence}".strip(), got, point.result.last_lines)
