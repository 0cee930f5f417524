"""Trials in packs: one backup tests many rules and trees."""

import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from verify.checks import Finding
from verify.concerns.selection.trial import MODEL, Trial
from verify.lab.lab import Lab
from verify.selection import RuleError, parse_rules
from verify.selection.pairs import CommandLine, Group, Pair, PairPack, Shared, edge_of
from verify.trees import Tree, file

PACKED = 125  # pairs of a pack at most: duplicity asks every rule about every path

Found = Mapping[Pair, Sequence[Finding]]


def trial_of(lab: Lab, rules: Group) -> Trial:
    """Return a trial of options for the source itself; the source holds one file."""
    lab.fill_source(Tree({b"a": file((1, 1))}))
    line = CommandLine(lab.source, lab.host.scratch_path("list"))
    line.write(rules)
    return Trial(lab, line.words, line.lists)


@dataclass(frozen=True)
class Trials:
    """Trials of pairs that share options, in a lab."""

    lab: Lab
    shared: Shared

    @cached_property
    def refused(self) -> bool:
        """Whether the lab's release refuses the shared options with any pair."""
        return self._refuses(edge_of(self.shared))

    def together(self, pairs: Sequence[Pair]) -> Found:
        """Given pairs, back them up in packs; return the findings of each pair that has some.

        Pairs whose rules the model says are refused run alone: in a pack, they would make duplicity refuse all of it.
        """
        refused = {pair for pair in pairs if self._refuses(pair)}
        accepted = [pair for pair in pairs if pair not in refused]
        found: dict[Pair, Sequence[Finding]] = {pair: self.alone(pair) for pair in refused}
        for first in range(0, len(accepted), PACKED):
            found |= self._tried(PairPack(self.shared, tuple(accepted[first : first + PACKED])))
        self.lab.statistics["selection_pairs"] += len(accepted)
        self.lab.statistics["selection_refusals"] += len(refused)
        return found

    def alone(self, pair: Pair) -> list[Finding]:
        """Try a pair alone; return its findings, after one that shows its rules."""
        trial = self.trial(PairPack(self.shared, (pair,)))
        found = trial.findings()
        if not found or not found[0].path:
            return found
        rules = "".join([shlex.join(trial.words), *(f"\n{path}: {data!r}" for path, data in trial.lists.items())])
        return [
            Finding(MODEL, "", "what the model of its rules includes", f"{len(found)} paths otherwise", rules),
            *found,
        ]

    def _refuses(self, pair: Pair) -> bool:
        line = PairPack(self.shared, (pair,)).command_line(self.lab.source, "list")
        try:
            parse_rules(self.lab.source, line.words, self.lab.release, line.lists)
        except RuleError:
            return True
        return False

    def _tried(self, pack: PairPack) -> Found:
        """Return the findings of each pair of a pack; the first pair gets those that belong to no single pair."""
        found = self.trial(pack).findings()
        if found and not found[0].path and len(pack.pairs) > 1:
            return self._refused_in(pack) or {pack.pairs[0]: found}
        by_place: defaultdict[str, list[Finding]] = defaultdict(list)
        for each in found:
            place = each.path.partition("/")[0]
            by_place[place if place in pack.places else pack.places[0]].append(each)
        return {pair: by_place[place] for pair, place in pack.placed if place in by_place}

    def _refused_in(self, pack: PairPack) -> Found:
        """Return the findings of a pair that makes duplicity refuse the pack; nothing if no single pair does."""
        return next(filter(None, map(self._tried, pack.halves)), {})

    def trial(self, pack: PairPack) -> Trial:
        """Given a pack, fill the source with its trees, and return the trial of its rules."""
        self.lab.fill_source(pack.tree)
        line = pack.command_line(self.lab.source, self.lab.host.scratch_path("list"))
        return Trial(self.lab, line.words, line.lists)
