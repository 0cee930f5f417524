"""Packs of rules and trees: many trials for the price of one backup."""

import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verify.checks import Finding
from verify.lab.lab import Lab
from verify.lab.selecting import MODEL, Trial
from verify.pairs import Pack, Pair, Shared

PACKED = 125  # pairs of a pack at most: duplicity asks every rule about every path

Found = Mapping[Pair, Sequence[Finding]]


@dataclass(frozen=True)
class Packer:
    """Tries pairs that share options, in a lab."""

    lab: Lab
    shared: Shared

    def together(self, pairs: Sequence[Pair]) -> Found:
        """Given pairs, back them up in packs; return the findings of each pair that has some."""
        found: dict[Pair, Sequence[Finding]] = {}
        for first in range(0, len(pairs), PACKED):
            pack = Pack(self.shared, tuple(pairs[first : first + PACKED]))
            found |= self._tried(pack)
            self.lab.statistics["selection_pairs"] += len(pack.pairs)
        return found

    def alone(self, pair: Pair) -> list[Finding]:
        """Given a pair, try it by itself; return its findings, led by one that names its rules."""
        trial = self._trial(Pack(self.shared, (pair,)))
        found = trial.findings()
        if not found or found[0].check == MODEL:
            return found
        rules = "".join([shlex.join(trial.words), *(f"\n{path}: {data!r}" for path, data in trial.lists.items())])
        return [Finding(MODEL, "", "what the model of its rules takes", f"{len(found)} paths otherwise", rules), *found]

    def _tried(self, pack: Pack) -> Found:
        found = self._trial(pack).findings()
        by_place: defaultdict[str, list[Finding]] = defaultdict(list)
        for each in found:
            by_place[each.path.partition("/")[0]].append(each)
        if not found or by_place.keys() <= set(pack.places):
            return {pair: by_place[place] for pair, place in pack.placed if place in by_place}
        if len(pack.pairs) == 1:
            return {pack.pairs[0]: found}
        return {pair: each for half in pack.halves for pair, each in self._tried(half).items()}

    def _trial(self, pack: Pack) -> Trial:
        self.lab.fill_source(pack.tree)
        line = pack.command_line(self.lab.source, self.lab.host.scratch_path("list"))
        self.lab.statistics["selection_packs"] += 1
        return Trial(self.lab, self.lab.source, line.words, line.lists)
