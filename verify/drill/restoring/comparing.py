"""Comparing a restored tree: with the live source where that has not changed since, else with earlier drills."""

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.checks import Finding
from verify.drill.ledger.ledger import Content, Ledger
from verify.drill.points.expected import MARGIN
from verify.drill.points.source import LiveSource
from verify.durations import moment
from verify.lab.hosts.host import Host
from verify.plurals import counted
from verify.selection import Entry, RuleSet, select
from verify.trees import Difference, History, Inventory, Limitation, Tree, compare, limitations_of, printable
from verify.trees.compare import findings_of
from verify.trees.inventory import DIGEST, MTIME_NS, PATH, PROBLEM, SIZE, ST_MODE, record_key
from verify.trees.model import SECOND, second_seen

Meet = Callable[[tuple[Any, ...], bool], None]  # called with a record, and whether it was expected


@dataclass
class Comparison:
    """What came of comparing: findings, the paths that are bad, and how many files were compared with what."""

    findings: list[Finding] = field(default_factory=list)
    bad: set[bytes] = field(default_factory=set)
    bad_leaves: set[bytes] = field(default_factory=set)  # the bad ones except folders
    files: int = 0
    bytes: int = 0
    with_source: int = 0
    with_memory: int = 0

    def add(self, other: "Comparison") -> None:
        """Add the results of another comparison."""
        self.findings += other.findings
        self.bad |= other.bad
        self.bad_leaves |= other.bad_leaves
        for name in ("files", "bytes", "with_source", "with_memory"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        rest = self.files - self.with_source - self.with_memory
        parts = [f"{self.with_source:,} compared with the source"]
        parts += [f"{self.with_memory:,} with earlier drills"] if self.with_memory else []
        parts += [f"{rest:,} changed in the source since, with no earlier copy to compare with"] if rest else []
        return f"{counted(self.files, 'file')}: {', '.join(parts)}"


@dataclass(frozen=True)
class Yardstick:
    """What restores are compared with: the live source by the job's rules, if there is one, and the ledger.

    `here` is this machine, where the live source is.
    """

    here: Host
    source: LiveSource | None
    rules: RuleSet | None
    ledger: Ledger
    limitations: Sequence[Limitation]
    now: float

    def expectation(self, path: bytes, point: int, listed: Container[bytes]) -> Inventory:
        """Return what the live source has at a path and has not changed since a point; nothing without a source.

        `listed` are the paths below it that the point has; others are left to the check `expected-paths`. It reads
        the files, and may be called while they are restored.
        """
        if self.source is None or self.rules is None:
            return Inventory.empty()
        there = os.path.join(os.fsencode(self.source.folder), path)  # noqa: PTH118 - bytes
        try:
            seen = self.here.observe(os.fsdecode(there))
            # Looked at after the files were read: one that changes meanwhile counts as changed.
            kept = {each for each in _kept(self.source, path, (point - MARGIN) * SECOND, self.rules) if each in listed}
        except OSError:  # gone since
            return Inventory.empty()
        records = (one for one in seen.records() if one[PATH] in kept and not one[PROBLEM])
        if self.source.copy_links:  # the backup has something else there, which was not read
            records = (one for one in records if not stat.S_ISLNK(one[ST_MODE]))
        return Inventory.from_records((_as_kept(one) for one in records), there)

    def compare(
        self, check: str, got: Inventory, expected: Inventory, path: bytes, point: int, *, restored: bool = True
    ) -> Comparison:
        """Given what a point gave, and what was expected of it, compare them; findings are of `check`.

        `restored` is whether duplicity restored it, which the ledger counts as a proof of each file that is good.
        """
        comparison = Comparison()
        contents: list[tuple[Content, bool]] = []

        def meet(record: tuple[Any, ...], expected_too: bool) -> None:
            if record[DIGEST]:  # a file, and one that could be read: else that is a difference
                content = Content(
                    _joined(path, record[PATH]), second_seen(record[MTIME_NS]), record[SIZE], record[DIGEST]
                )
                contents.append((content, expected_too))

        differences = list(compare(expected, _Matching(got, expected, meet), self.limitations))
        comparison.bad = {_joined(path, each.path) for each in differences}
        comparison.bad_leaves = {_joined(path, each.path) for each in differences if not _is_folder(each)}
        found = findings_of(differences, point=f"the point of {moment(point)}" if restored else "", check=check)
        comparison.findings = [_at(each, path) for each in found]
        comparison.files = len(contents)
        comparison.bytes = sum(content.size for content, _ in contents)
        self._with_memory(comparison, check, [content for content, expected_too in contents if not expected_too])
        comparison.with_source = sum(expected_too for _, expected_too in contents)
        good = (content for content, _ in contents if content.path not in comparison.bad)
        self.ledger.note_contents(good, self.now, proven=restored)
        return comparison

    def _with_memory(self, comparison: Comparison, check: str, contents: Sequence[Content]) -> None:
        """Compare what the source no longer has with earlier drills."""
        for content, digest in self.ledger.digests_of(contents):
            comparison.with_memory += 1
            if digest != content.digest:
                comparison.bad.add(content.path)
                comparison.bad_leaves.add(content.path)
                comparison.findings.append(
                    Finding(
                        check, printable(content.path), f"sha256 {digest.hex()[:12]}…, as an earlier drill saw it",
                        f"sha256 {content.digest.hex()[:12]}…, with the same size and time",
                        "the backup gives another content than it did: restore this file by hand, and compare it",
                    )
                )  # fmt: skip


def _as_kept(record: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a record with its time as a backup keeps it: to forgive each file's takes longer than to compare them."""
    kept = second_seen(record[MTIME_NS]) * SECOND
    return record if kept == record[MTIME_NS] else (*record[:MTIME_NS], kept, *record[MTIME_NS + 1 :])


class _Known(Entry):
    """A path of the live source, and whether nothing about it has changed since a time."""

    unchanged: bool


def _kept(source: LiveSource, path: bytes, before: int, rules: RuleSet) -> Iterator[bytes]:
    """Yield the paths below one, relative to it, that the job includes and nothing has changed since a time (ns)."""

    def entries() -> Iterator[Entry]:
        for each in source.below(path):
            entry = _Known(_joined(path, each.path), each.kind, each.size, each.mtime_ns / SECOND, each.device)
            entry.unchanged = each.ctime_ns < before
            yield entry

    for decision in select(entries(), rules):
        if decision.included and isinstance(decision.entry, _Known) and decision.entry.unchanged:
            yield b"" if decision.path == path else decision.path[len(path) + 1 if path else 0 :]


class _Matching(Inventory):
    """The restored paths that are also expected: nothing is known of the others.

    While it is gone through, `meet` is called with each record of all that was restored.
    """

    def __init__(self, restored: Inventory, expected: Inventory, meet: Meet) -> None:
        super().__init__(restored.root, ())
        self._restored, self._expected, self._meet = restored, expected, meet

    def records(self) -> Iterator[tuple[Any, ...]]:
        wanted = self._expected.records()
        each = next(wanted, None)
        for record in self._restored.records():
            while each is not None and each[PATH] != record[PATH] and record_key(each) < record_key(record):
                each = next(wanted, None)
            is_expected = each is not None and each[PATH] == record[PATH]
            self._meet(record, is_expected)
            if is_expected:
                yield _as_kept(record)


def _is_folder(difference: Difference) -> bool:
    return difference.expected is not None and difference.expected.kind == "dir"


def _joined(folder: bytes, path: bytes) -> bytes:
    return folder + b"/" + path if folder and path else folder or path


def _at(finding: Finding, folder: bytes) -> Finding:
    path = "" if finding.path == "." else finding.path
    where = "/".join(part for part in (printable(folder), path) if part)
    return replace(finding, path=where if finding.path else "")


def forgiven(release: Version, euid: int, options: Iterable[str]) -> tuple[Limitation, ...]:
    """Given a release, the user who restores and the job's options, return the differences to forgive."""
    owners = euid != 0 or any(each in {"--no-restore-ownership", "--do-not-restore-ownership"} for each in options)
    own = [_OWNERS] if owners else []
    return (*limitations_of(release), _UNNOTICED, *own)


def _unnoticed(difference: Difference) -> bool:
    """Forgive what an incremental does not notice, as LIMITATIONS say: symlinks' owners, and devices' times."""
    seen = difference.expected
    if seen is None:
        return False
    return (difference.aspect == "owner" and seen.kind == "symlink") or (
        difference.aspect == "mtime" and seen.kind in {"char", "block"}
    )


def _owner(difference: Difference) -> bool:
    return difference.aspect == "owner"


_EVERY = SpecifierSet("")
_NO_EXAMPLE = History(Tree({}))
_UNNOTICED = Limitation(
    "unnoticed", "changes that an incremental misses", _EVERY, "LIMITATIONS", _unnoticed, _NO_EXAMPLE
)
_OWNERS = Limitation("owners", "owners are not restored", _EVERY, "not root, or asked for", _owner, _NO_EXAMPLE)
