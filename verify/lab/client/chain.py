"""Chains of backups, their points, and the result of restoring one."""

from dataclasses import dataclass, field

from packaging.version import Version

from verify.checks import Finding, must_find_nothing
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.results import BackupResult, Result
from verify.lab.stores.destination import Destination
from verify.operations import DAY
from verify.trees import Inventory, compare, findings_of, limitations_of, printable

FIRST_POINT = 1_704_067_200  # 2024-01-01T00:00:00Z: points are a day apart by duplicity's own clock


@dataclass(frozen=True, eq=False)
class Point:
    """One backup of a chain, and what lay in the source when it was taken."""

    chain: "Chain"
    index: int
    time: int  # seconds since the epoch, as duplicity was told
    inventory: Inventory
    result: BackupResult

    def __str__(self) -> str:
        return f"T{self.index}"


@dataclass(eq=False)
class Chain:
    """A full backup and its incrementals at a destination of their own, oldest first; fulls may follow.

    `archive` is its own archive directory, empty where it has the job's.
    """

    destination: Destination
    duplicity: Duplicity
    source: str
    encrypted: bool
    points: list[Point] = field(default_factory=list)
    archive: str = ""

    @property
    def next_time(self) -> int:
        """The time that the next point is taken at, in seconds since the epoch."""
        return FIRST_POINT + DAY * len(self.points)


@dataclass(frozen=True, slots=True)
class Taking:
    """How a point is taken if it is not simply the next of its chain: when, by which verb, with which options.

    `behind` is a program with its arguments; duplicity's command line is put after it, and it runs that.
    """

    at: int
    full: bool
    options: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restored:
    """The result of restoring one point."""

    point: Point
    path: bytes
    result: Result
    inventory: Inventory  # of the restore target; empty where there is none
    release: Version

    def must_equal(self, expected: Inventory, *, check: str = "") -> None:
        """Raise `FindingsError` unless the restore gave what was expected; findings are of `check`, if given."""
        self.result.must_succeed(check or "command-succeeds")
        found = self.differing_from(expected)
        must_find_nothing(each.of(check) if check else each for each in found)

    def must_be_refused(self, check: str) -> None:
        """Raise `FindingsError` (of `check`) unless the restore ended with an error and left no file."""
        found = []
        if self.result.ok:
            found.append(Finding(check, printable(self.path), "an error, and nothing restored", "exit code 0"))
        found += [
            Finding(check, printable(seen.path), "nothing restored", f"a {seen.kind}")
            for seen in self.inventory
            if seen.kind != "dir"
        ]
        must_find_nothing(found)

    def differing_from(self, expected: Inventory) -> list[Finding]:
        """Given what was expected, return a finding for each path that came back otherwise.

        A restore that gives another point of the chain exactly is one finding, `point-in-time`:
        a thousand differing paths would hide that one sentence.
        """
        limitations = limitations_of(self.release)
        found = findings_of(compare(expected, self.inventory, limitations), point=str(self.point))
        if not found or self.path:
            return found
        for other in self.point.chain.points:
            if other is not self.point and not any(compare(other.inventory, self.inventory, limitations)):
                return [Finding("point-in-time", expected=f"the tree of {self.point}", got=f"the tree of {other}")]
        return found
