"""Which paths should be in the newest point, and which are: by the live source, the job's rules and the listing.

A path is called missing only where it was certainly in the source when the backup began: it, or the folder that it
is in, has not changed since.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from verify.checks import Finding
from verify.drill.points.live import LivePath
from verify.durations import moment
from verify.plurals import counted
from verify.selection import Entry, RuleSet, select
from verify.trees import printable
from verify.trees.limitations import PATH_MAX
from verify.trees.model import SECOND, path_key, second_seen

SHOWN = 20  # findings; a thousand missing paths are one cause
MARGIN = 2  # seconds between duplicity's clock and a file system's


class Compared(Entry):
    """A path of the live source, and what the listing has of it.

    `listed` is the modification time in the listing, None where it lists no such path. `was_there`
    says that it was certainly in the source when the backup began. `outermost` is the outermost folder
    above it that is not listed.
    """

    listed: int | None
    mtime_ns: int
    was_there: bool
    unchanged: bool
    outermost: bytes | None


@dataclass
class PathVerdict:
    """What became of the source's paths: counts, and the outermost missing ones with what is in them.

    `paths` and `size` in bytes are what the next backup would hold, the root not counted.
    """

    paths: int = 0
    size: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # ok, changed, new, excluded, missing, gone, unreadable
    missing: Counter[bytes] = field(default_factory=Counter)
    outdated: dict[bytes, tuple[int, int]] = field(default_factory=dict)  # path: (time in source, time listed)
    doubtful: Counter[bytes] = field(default_factory=Counter)

    def settle(self, was_backed_up: Callable[[bytes], bool]) -> None:
        """Decide on folders that are not in the backup and hold files older than it: missing, or moved there since.

        A folder that an older point has is missing. So is one that holds more paths than have gone from the source
        since: it cannot have been moved.
        """
        for path, count in self.doubtful.items():
            if path in self.missing or was_backed_up(path) or count > self.counts["gone"]:
                self.missing[path] += count
                self.counts["new"] -= count
                self.counts["missing"] += count
        self.doubtful.clear()


def judge(source: Iterable[LivePath], listing: Iterable[tuple[bytes, int]], rules: RuleSet, point: int) -> PathVerdict:
    """Given the live source, the listing of a point, the job's rules and the point's time, return the verdict.

    Source and listing are in path order and gone through side by side, so that memory does not grow
    with them. `point` is in seconds since the epoch.
    """
    verdict = PathVerdict()
    for decision in select(_Joined(source, listing, point, rules.source, verdict), rules):
        entry = decision.entry
        assert isinstance(entry, Compared)  # noqa: S101 - what went in comes out
        _note(verdict, entry, included=decision.included)
    return verdict


def findings_of(verdict: PathVerdict, point: int) -> list[Finding]:
    """Given a verdict on a point, return a finding for each outermost missing path and each outdated file."""
    expected = f"in the point of {moment(point)}"
    hint = (
        "it was in the source before the backup began: see whether OPTIONS exclude it, and whether the job mounts the "
        "same folder that this drill looks at"
    )
    found = [
        Finding("expected-paths", printable(path), expected, _missing(count), hint)
        for path, count in sorted(verdict.missing.items(), key=lambda each: path_key(each[0]))
    ]
    found += [
        Finding(
            "expected-paths", printable(path), f"the version of {moment(ours)}, {expected}", f"of {moment(theirs)}",
            "the source has not changed it since: was another folder mounted when the job ran?",
        )
        for path, (ours, theirs) in verdict.outdated.items()
    ]  # fmt: skip
    if len(found) > SHOWN:
        rest = len(found) - SHOWN
        found = [*found[:SHOWN], Finding("expected-paths", "", "none missing", f"{rest} more that are not listed")]
    return found


def _missing(count: int) -> str:
    return "missing" if count == 1 else f"missing, with {counted(count - 1, 'path')} in it"


def _note(verdict: PathVerdict, entry: Compared, *, included: bool) -> None:
    if included and entry.path:
        verdict.paths += 1
        verdict.size += entry.size if entry.kind == "file" else 0
    if not included:
        verdict.counts["excluded" if entry.listed is None else "excluded-but-listed"] += 1
    elif entry.listed is not None:
        _note_listed(verdict, entry, entry.listed)
    elif entry.outermost is not None and entry.outermost in verdict.missing:
        verdict.counts["missing"] += 1
        verdict.missing[entry.outermost] += 1
    elif entry.was_there and entry.outermost is None:
        verdict.counts["missing"] += 1
        verdict.missing[entry.path] += 1
    else:
        verdict.counts["new"] += 1
        if entry.unchanged and entry.outermost is not None:
            verdict.doubtful[entry.outermost] += 1


def _note_listed(verdict: PathVerdict, entry: Compared, listed: int) -> None:
    ours = second_seen(entry.mtime_ns)
    if ours == listed or entry.kind != "file":
        verdict.counts["ok"] += 1
    elif not entry.unchanged:
        verdict.counts["changed"] += 1
    else:
        verdict.counts["outdated"] += 1
        verdict.outdated[entry.path] = (ours, listed)


@dataclass
class _Joined(Iterable[Entry]):
    """The live source's paths, each with what the listing has of it. It can be gone through again."""

    source: Iterable[LivePath]
    listing: Iterable[tuple[bytes, int]]
    point: int
    root: str
    verdict: PathVerdict

    def __iter__(self) -> Iterator[Entry]:
        counts = self.verdict.counts
        counts["gone"] = counts["unreadable"] = 0
        listed = iter(self.listing)
        next_listed = next(listed, None)
        folders: dict[bytes, tuple[bool, bytes | None]] = {}
        for there in self.source:
            key = path_key(there.path)
            while next_listed is not None and path_key(next_listed[0]) < key:
                counts["gone"] += 1
                next_listed = next(listed, None)
            time = next_listed[1] if next_listed is not None and next_listed[0] == there.path else None
            if time is not None:
                next_listed = next(listed, None)
            counts["unreadable"] += bool(there.problem)
            yield self._compared(there, time, folders)
        counts["gone"] += sum(1 for _ in listed) + (next_listed is not None)

    def _compared(
        self, there: LivePath, listed: int | None, folders: dict[bytes, tuple[bool, bytes | None]]
    ) -> Compared:
        unchanged = there.ctime_ns < (self.point - MARGIN) * SECOND
        above_unchanged, outermost = folders.get(there.path.rpartition(b"/")[0], (False, None))
        entry = Compared(there.path, there.kind, there.size, there.mtime_ns / SECOND, there.device)
        entry.listed, entry.outermost, entry.unchanged = listed, outermost, unchanged
        entry.mtime_ns = there.mtime_ns
        too_long = len(self.root) + 1 + len(there.path) >= PATH_MAX  # duplicity leaves those out
        entry.was_there = (unchanged or above_unchanged) and not too_long
        if there.kind == "dir":
            if listed is None and outermost is None:
                outermost = there.path
            folders[there.path] = (unchanged, outermost)
        return entry
