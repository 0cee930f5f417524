"""What duplicity takes of a source under given rules, against what the oracle says that it takes."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from verify.checks import Finding
from verify.lab.lab import Lab, Point
from verify.lab.results import BackupResult
from verify.selection import Decision, Entry, RuleError, RuleSet, parse_rules, select
from verify.trees import Inventory, compare, findings_of, printable
from verify.trees.model import SECOND

MODEL = "oracle-agrees"


def entries_of(inventory: Inventory, devices: Mapping[bytes, int] | None = None) -> Iterator[Entry]:
    """Given what was seen of a source, return it as a listing; `devices` are the file systems by path."""
    for seen in inventory:
        device = devices[seen.path] if devices else None
        yield Entry(seen.path, seen.kind, seen.size, seen.mtime_ns / SECOND, device, not seen.problem)


@dataclass(frozen=True, eq=False)
class Trial:
    """One backup of a source under given selection options, as words; `lists` are the files they name."""

    lab: Lab
    source: str
    words: Sequence[str]
    lists: Mapping[str, bytes]
    devices: Mapping[bytes, int] | None = None

    @cached_property
    def rules(self) -> RuleSet | RuleError:
        """What the oracle makes of the words."""
        try:
            return parse_rules(self.source, self.words, self.lab.release, self.lists, twin=self._twin)
        except RuleError as error:
            return error

    @cached_property
    def _twin(self) -> bool:
        """Whether the source looks like the folder that it is in, which matters to --files-from."""
        if "--files-from" not in self.words:
            return False
        above = os.path.dirname(self.source)  # noqa: PTH120 - a path of the host
        seen = self.lab.host.run(["stat", "-c", "%f %u %g %Y", self.source, above]).stdout.split(b"\n")
        return seen[0] == seen[1]

    def findings(self) -> list[Finding]:
        """Back up, and return a finding for each path, and for the exit code, that the oracle sees otherwise."""
        inventory = self.lab.source_host.observe(self.source)
        point = self._point(inventory)
        if isinstance(self.rules, RuleError) or not point.result.ok:
            return list(self._refusal(point.result))
        decisions = {each.path: each for each in select(entries_of(inventory, self.devices), self.rules)}
        listed = frozenset(self.lab.listing(point).paths)
        restored = self.lab.restore(point)
        restored.result.must_succeed()
        found = list(_misplaced(decisions, listed, frozenset(restored.inventory.paths)))
        return [*found, *self._changed(inventory, restored.inventory)]

    def _point(self, inventory: Inventory) -> Point:
        chain = self.lab.new_chain()
        for path, data in self.lists.items():
            self.lab.host.put(path, data)
        client = replace(chain.duplicity, options=(*self.words, *chain.duplicity.options))
        try:
            result = self.lab.ran(client.full(self.source, chain.destination.url, at=chain.next_time))
        finally:
            for path in self.lists:
                self.lab.host.remove(path)
        return Point(chain, 0, chain.next_time, inventory, result)

    def _refusal(self, result: BackupResult) -> Iterator[Finding]:
        code = self.rules.exit_code if isinstance(self.rules, RuleError) else 0
        if result.exit_code != code:
            sentence = f": {self.rules.sentence}" if isinstance(self.rules, RuleError) else ""
            got = f"exit code {result.exit_code} ({result.exit_name})"
            yield Finding(
                MODEL, "", f"exit code {code}{sentence}", got, f"{shlex.join(self.words)}\n{result.last_lines}"
            )

    def _changed(self, source: Inventory, restored: Inventory) -> list[Finding]:
        """Return a finding for each path that is in both, and came back otherwise than it was."""
        differing = compare(source, restored, self.lab.limitations)
        return findings_of(each for each in differing if each.aspect not in {"missing", "added"})


def _misplaced(
    decisions: Mapping[bytes, Decision], listed: frozenset[bytes], restored: frozenset[bytes]
) -> Iterator[Finding]:
    """Given what the oracle decided and what is in the backup, yield a finding for each path where they differ."""
    for path in sorted(decisions.keys() | listed | restored):
        decision = decisions.get(path)
        taken = decision is not None and decision.included
        places = ((listed, "its listing"), (restored, "its restore"))
        wrong = " and ".join(place for paths, place in places if (path in paths) != taken)
        if wrong:
            check, expected = ("included-present", "in") if taken else ("excluded-absent", "not in")
            got = f"{'not in' if taken else 'in'} {wrong}"
            why = decision.why if decision else "it is not in the source"
            yield Finding(check, printable(path), f"{expected} the backup", got, printable(os.fsencode(why)))
