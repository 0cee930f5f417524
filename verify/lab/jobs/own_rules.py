"""The job's own rules in a lab: a tree around them, and what a backup of it holds, against the oracle."""

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.version import Version

from verify.checks import Finding
from verify.job.options import parsed
from verify.lab.client.results import Result
from verify.lab.hosts.host import Host
from verify.lab.jobs.filter_lists import LISTS
from verify.lab.lab import Lab
from verify.selection import Decision, Entry, RuleError, RuleSet, parse_rules, select
from verify.selection.surroundings import surroundings
from verify.trees import (
    Difference,
    Inventory,
    Limitation,
    Node,
    Tree,
    compare,
    file,
    findings_of,
    folder,
    printable,
    special,
    symlink,
)
from verify.trees.model import SECOND

DEVICES = {"char": (1, 3), "block": (1, 1)}
LISTED, RESTORED = "its listing", "its restore"


@dataclass(frozen=True, eq=False)
class OwnRules:
    """The rules that a job means, for the source as it is in a lab.

    `lists` holds the files that they name, None for one that is not in the lab.
    """

    source: str
    words: tuple[str, ...]
    release: Version
    lists: Mapping[str, bytes | None]
    zone: tzinfo = UTC
    twin: bool = False

    @classmethod
    def of(cls, lab: Lab) -> "OwnRules":
        """Given a lab, return the rules of its job."""
        job = lab.sandboxed
        named = [option.value for option in parsed(job.options) if option.name in LISTS and option.value]
        lists = {name: lab.host.get(name) if lab.host.exists(name) else None for name in named}
        return cls(job.source, job.options, lab.release, lists, _zone(lab.host, job.text_of("TZ")), is_twin(lab))

    @property
    def unread(self) -> str:
        """The first list that is not in the lab, empty if all are."""
        return next((name for name, data in self.lists.items() if data is None), "")

    @cached_property
    def rules(self) -> RuleSet | RuleError:
        """What the oracle makes of the words."""
        lists = {name: data for name, data in self.lists.items() if data is not None}
        try:
            return parse_rules(self.source, self.words, self.release, lists, zone=self.zone, twin=self.twin)
        except RuleError as error:
            return error

    @property
    def notes(self) -> list[str]:
        """What is not generated for which rule, and why."""
        if self.unread:
            return [f"the list {self.unread} is not on this machine, so the job's rules are not tried"]
        if isinstance(self.rules, RuleError):
            return []
        return [f"nothing is generated for {reason}" for reason in surroundings(self.rules).left_out]

    def tree(self, *, leaves: bool = False) -> Tree:
        """Return a tree in which each rule is met and narrowly missed; of rules that are refused, a plain one."""
        if isinstance(self.rules, RuleError):
            return Tree({b"a": file((1, 1))})
        entries = surroundings(self.rules, leaves=leaves).entries
        return Tree({entry.path: _node(number, entry) for number, entry in enumerate(entries, start=1) if entry.path})

    def refusal_findings(self, lab: Lab, result: Result) -> list[Finding]:
        """Given a lab and what a backup said, return a finding where duplicity does not do as the oracle says.

        Where it refuses the job's other options as well, or both refuse the rules, it is `command-succeeds`.
        """
        code, sentence = (self.rules.exit_code, self.rules.sentence) if isinstance(self.rules, RuleError) else (0, "")
        got = f"exit code {result.exit_code} ({result.exit_name})"
        if result.exit_code == code:
            return [Finding("command-succeeds", "", "rules that duplicity accepts", got, sentence)] if code else []
        without = result if result.ok else lab.try_point(lab.new_chain()).result
        if not without.ok:
            return [Finding("command-succeeds", "", "options that duplicity accepts", got, without.last_lines)]
        return [Finding("selection-as-predicted", "", f"exit code {code} {sentence}".strip(), got, result.last_lines)]

    def placement_findings(
        self, source: Inventory, listed: Iterable[bytes], restored: Inventory | None = None
    ) -> list[Finding]:
        """Given what lay in the source and what its backup shows, return a finding for each path that is wrong.

        A path that no rule of the job is about, and that is where it should not be, is `selection-as-predicted`.
        """
        places = {LISTED: frozenset(listed), **({RESTORED: frozenset(restored.paths)} if restored else {})}
        return placement_findings(places, self._decisions(source))

    def change_findings(
        self, source: Inventory, restored: Inventory, limitations: Iterable[Limitation]
    ) -> list[Finding]:
        """Return a finding for each path that came back otherwise than it was."""
        differing = compare(source, restored, limitations)
        return findings_of(each for each in differing if _is_in_both(each))

    def _decisions(self, source: Inventory) -> dict[bytes, Decision]:
        if isinstance(self.rules, RuleError):
            return {}
        return {decision.path: decision for decision in select(_entries(source), self.rules)}

    def one_included(self, source: Inventory) -> bytes | None:
        """Given what lies in the source, return a file's path that should be in its backup, None if none should."""
        found = (path for path, each in self._decisions(source).items() if each.included and each.entry.kind == "file")
        return min(found, key=lambda path: (not path.startswith(b"config/"), path), default=None)


def _zone(host: Host, name: str) -> tzinfo:
    """Return the time zone that duplicity's dates are in: the job's, else the host's own."""
    try:
        return ZoneInfo(name) if name else ZoneInfo.from_file(io.BytesIO(host.get("/etc/localtime")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def is_twin(lab: Lab) -> bool:
    """Return whether the source looks like the folder that it is in, which matters to --files-from."""
    above = os.path.dirname(lab.source.rstrip("/")) or "/"  # noqa: PTH120 - a path of the host
    seen = lab.host.run(["stat", "-c", "%f %u %g %Y", lab.source, above]).stdout.splitlines()
    return seen[:1] == seen[1:]


def _entries(inventory: Inventory) -> Iterator[Entry]:
    """Yield what was seen of a source as a listing; a lab's source is one file system."""
    for seen in inventory:
        yield Entry(seen.path, seen.kind, seen.size, seen.mtime_ns / SECOND, 0, not seen.problem)


def _node(number: int, entry: Entry) -> Node:
    mtime_ns = int(entry.mtime) * SECOND
    match entry.kind:
        case "dir":
            return folder(mtime_ns=mtime_ns)
        case "file":
            return file((number, 100), mtime_ns=mtime_ns)
        case "symlink":
            return symlink(b"nowhere", mtime_ns=mtime_ns)
        case kind:
            return special(kind, DEVICES.get(kind), mtime_ns=mtime_ns)  # type: ignore[arg-type]  # one of the kinds


def placement_findings(places: Mapping[str, frozenset[bytes]], decisions: Mapping[bytes, Decision]) -> list[Finding]:
    """Given the paths that each place shows, and decisions by path, return a finding for each path that is wrong."""
    paths = decisions.keys() | frozenset[bytes]().union(*places.values())
    return [each for path in sorted(paths) for each in _path_findings(path, decisions.get(path), places)]


def _path_findings(path: bytes, decision: Decision | None, places: Mapping[str, frozenset[bytes]]) -> Iterator[Finding]:
    taken = decision is not None and decision.included
    wrong = " and ".join(place for place, paths in places.items() if (path in paths) != taken)
    if not wrong:
        return
    if taken:
        check = "included-present"
    else:
        check = "excluded-absent" if decision and decision.rule is not None else "selection-as-predicted"
    expected = "in the backup" if taken else "not in the backup"
    why = decision.why if decision else "it is not in the source"
    yield Finding(check, printable(path) or ".", expected, f"{'not in' if taken else 'in'} {wrong}", why)


def _is_in_both(difference: Difference) -> bool:
    return difference.aspect not in {"missing", "added"}
