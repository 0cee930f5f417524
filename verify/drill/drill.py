"""A running drill: what its checks ask."""

import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from verify.checks import Finding, FindingsError
from verify.drill import expected
from verify.drill.booting import Booted, Postgres
from verify.drill.contents import KINDS
from verify.drill.databases import Cluster, Dump, clusters_in, dumps_in
from verify.drill.destination import Destination
from verify.drill.expected import Verdict, judge
from verify.drill.ledger import Ledger
from verify.drill.listing import Listing
from verify.drill.once import once
from verify.drill.place import Place
from verify.drill.restores import Restores
from verify.drill.restoring import Restored
from verify.drill.settings import DrillSettings
from verify.drill.shrinking import full_findings, shrink_findings
from verify.drill.source import LiveSource, live_source, rules_of
from verify.drill.usable import usable
from verify.drill.volumes import coverage, hashed_volumes, least_recently_proven, prove
from verify.errors import NotProvenError
from verify.job import Job
from verify.lab.duplicity import schemes_of
from verify.lab.host import Host
from verify.lab.results import Result, StatusResult
from verify.policy import Policy

if TYPE_CHECKING:
    from verify.drill.stored import Object

AnyResult = TypeVar("AnyResult", bound=Result)

Sealed = Callable[[], contextlib.AbstractContextManager[Host]]

DEFAULT_BUDGET = 2 * 10**9  # bytes
DOWNLOADED = "bytes_downloaded"


class Drill:
    """A restore verification of a real destination, which it only reads."""

    def __init__(
        self, *, runtime: str, why: str, job: Job, place: Place, here: Host, sealed: Sealed,
        destination: Destination, ledger: Ledger, settings: DrillSettings, started: float,
    ) -> None:  # fmt: skip
        self.runtime, self.why = runtime, why
        self.job, self.place, self.here = job, place, here
        self.sealed = sealed  # gives a host without a way out
        self.destination, self.ledger = destination, ledger
        self.settings, self.started = settings, started
        self.draw = random.Random()  # noqa: S311 - what is looked at tonight is no secret
        self._begun = time.monotonic()
        self.number = 0  # in the ledger
        self.figures: dict[str, Any] = {}
        self._said: list[str] = []
        self._counts: Counter[str] = Counter()
        self._seen = 0
        self._restored = 0

    @property
    def policy(self) -> Policy:
        """What the backup's owner demands."""
        return self.settings.policy

    @property
    def budget(self) -> int:
        """How many bytes the drill may download."""
        return DEFAULT_BUDGET if self.policy.budget is None else self.policy.budget

    @property
    def deadline(self) -> float:
        """When the drill begins nothing more, in seconds of the monotonic clock."""
        return math.inf if self.policy.minutes is None else self._begun + 60 * self.policy.minutes

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this drill; JSON-ready, without secrets."""
        return {
            "runtime": {"name": self.runtime, "why": self.why},
            "versions": dict(self.place.versions),
            "job": self.job.as_json(),
            "notes": list(self.place.notes),
        }

    @property
    def downloaded(self) -> int:
        """How many bytes were downloaded so far, by our view of the destination and by restores."""
        return self.destination.downloaded + self._restored

    def count_restore(self, restored: Restored) -> None:
        """Count a restore, and note how long it took."""
        self._count(restored.result)
        self._counts[DOWNLOADED] += restored.downloaded
        self._restored += restored.downloaded
        if not restored.finding:
            self.ledger.note_restore(
                time.time(), restored.downloaded, restored.result.seconds, everything=not restored.path
            )

    @cached_property
    def restores(self) -> Restores:
        """What is restored tonight."""
        return Restores(self)

    @property
    def statistics(self) -> Counter[str]:
        """What was counted since it was last set."""
        downloaded = self.destination.downloaded
        self._counts[DOWNLOADED] += downloaded - self._seen
        self._seen = downloaded
        return self._counts

    @statistics.setter
    def statistics(self, counts: Counter[str]) -> None:
        self._counts = counts

    def say(self, text: str) -> None:
        """Say in a few words what the running test has seen, for a report."""
        self._said.append(text)

    def told(self) -> list[str]:
        """Return what was said since this was last asked."""
        told, self._said = self._said, []
        return told

    @contextlib.contextmanager
    def remembered(self) -> Iterator[None]:
        """Note in the ledger that this drill began, and what it has seen; the verdict is for `Ledger.end`."""
        self.number = self.ledger.begin(self.started)
        yield
        self.figures |= {"downloaded": self.downloaded, "seconds": time.time() - self.started}
        self.destination.remember(self.started)
        self.ledger.note_figures(self.number, self.figures)

    @once
    def schemes(self) -> frozenset[str]:
        """The URL schemes that duplicity knows. Raise `NotProvenError` where it cannot be asked."""
        schemes = schemes_of(self.place.host, self.place.command)
        if schemes is None:
            raise NotProvenError("what stands in duplicity's place is no Python script and cannot be asked")
        return schemes

    @once
    def newest(self) -> int:
        """The newest point's time, in seconds since the epoch: by the store's listing, else by duplicity."""
        time_ = self.destination.newest.span.end if self.destination.is_seen else self._newest_by_duplicity()
        self.figures |= {"newest": time_, "age": self.started - time_}
        return time_

    def _newest_by_duplicity(self) -> int:
        points = self.status.sets
        if not points:
            hint = "no backup yet: let the job run once; if it has, compare DST and the --file-prefix options"
            raise FindingsError((Finding("backup-exists", "", "at least one point", "none", hint),))
        return max(each.time for each in points)

    @property
    def points(self) -> list[int]:
        """The times of all points, oldest first."""
        if self.destination.is_seen:
            return sorted(each.span.end for each in self.destination.stored.points)
        return sorted(each.time for each in self.status.sets)

    @once
    def status(self) -> StatusResult:
        """What duplicity says of the destination; its archive holds what a listing needs afterwards."""
        self.destination.must_be_readable()
        return self.ran(self.place.duplicity(self.job).collection_status(self.job.destination))

    def listing(self, point: int) -> Listing:
        """Given a point's time, return what duplicity lists of it."""
        _ = self.status  # without which a listing would fail by another check
        client = self.place.duplicity(self.job)
        listing = Listing(self.ran(client.list_current_files(self.job.destination, at=point)).stdout)
        self.ledger.note_point(point, len(listing))
        return listing

    @once
    def newest_listing(self) -> Listing:
        """What duplicity lists of the newest point."""
        return self.listing(self.newest)

    def paths_of(self, point: int) -> int:
        """Given a point's time, return how many paths it holds, the root among them."""
        known = self.ledger.paths_of(point)
        return len(self.listing(point)) if known is None else known

    def before(self, point: int) -> int | None:
        """Given a point's time, return that of the point before it, None where there is none."""
        return max((each for each in self.points if each < point), default=None)

    @once
    def source(self) -> LiveSource:
        """The live source. Raise `NotProvenError` where there is none to compare with."""
        return live_source(self.job, self.settings.lab.source)

    @once
    def verdict(self) -> Verdict:
        """What became of the live source's paths in the newest point."""
        rules = rules_of(self.job, self.source, self.place.release)
        verdict = judge(self.source, self.newest_listing, rules, self.newest)
        if verdict.doubtful:
            oldest = dict(self.listing(self.points[0]))
            verdict.settle(lambda path: path in oldest)
        return verdict

    def path_findings(self) -> list[Finding]:
        """Return a finding for each path that should be in the newest point and is not."""
        return expected.findings_of(self.verdict, self.newest)

    def shrink_findings(self) -> list[Finding]:
        """Return a finding if the newest point holds much less than the one before."""
        earlier, threshold = self.before(self.newest), self.policy.shrink_threshold
        before = None if earlier is None else (earlier, self.paths_of(earlier))
        self.say(f"{len(self.newest_listing) - 1:,} paths" + (f", {before[1] - 1:,} before" if before else ""))
        found = shrink_findings(self.newest, len(self.newest_listing), before, threshold)
        if found or not self.destination.is_seen:
            return found
        fulls = [chain[0] for chain in self.destination.stored.chains]
        return full_findings(fulls[-1], fulls[-2] if fulls[1:] else None, threshold)

    def volume_findings(self) -> list[Finding]:
        """Download volumes, at most for half of the budget; return a finding for each that is not what it was."""
        there = self.destination
        volumes = list(hashed_volumes(there.stored, there.manifests))
        proven = self.ledger.proven(each.stored for each in volumes)
        tonight = least_recently_proven(volumes, proven, self.budget // 2, self.draw)
        if not tonight:
            raise NotProvenError(f"no volume is there that fits into half of the budget of {self.budget:,} bytes")
        good: list[Object] = []
        found = prove(there.view, tonight, self.deadline, good.append)
        if not good and not found:
            raise NotProvenError("the time was used up before")
        self.ledger.note_proven(good, self.started)
        reach = coverage(volumes, self.ledger.proven(each.stored for each in volumes), self.started)
        self.figures |= {"volumes": reach.volumes, "volumes_proven": reach.proven, "oldest_proof": reach.oldest}
        self.say(f"{len(good):,} tonight; {reach}")
        return found

    def usable_findings(self, restored: Path, kinds: str) -> list[Finding]:
        """Given what was restored, open what is of some kinds; return a finding for each that cannot be.

        Raise `NotProvenError` where there is none.
        """
        source = None
        with contextlib.suppress(NotProvenError):
            source = self.source.folder
        found = usable(restored, KINDS[kinds], source, self.deadline)
        if not found.counts:
            raise NotProvenError(f"no {kinds} are among what was restored")
        self.say(str(found))
        return found.findings

    def boot_findings(self, restored: Path) -> list[Finding]:
        """Given what was restored, boot each PostgreSQL in it; return a finding for each that does not come up.

        Raise `NotProvenError` where there is none, or nothing to boot it with.
        """
        databases: list[Cluster | Dump] = [*clusters_in(restored), *dumps_in(restored)]
        if not databases:
            raise NotProvenError("no PostgreSQL is among what was restored")
        with self.sealed() as host:
            server, booted = Postgres(host), list[Booted]()
            for each in databases:
                booted.append(server.boot(each, restored) if isinstance(each, Cluster) else server.load(each, restored))
        self.say("; ".join(each.said for each in booted if each.said))
        return [found for each in booted for found in each.findings]

    def ran(self, result: AnyResult, check: str = "duplicity-agrees") -> AnyResult:
        """Given a command's result, count it and return it. Raise `FindingsError` (`check`) unless it succeeded."""
        self._count(result)
        try:
            return result.must_succeed()
        except FindingsError as error:
            found = error.findings[0]
            raise FindingsError((Finding(check, "", found.expected, found.got, found.hint),)) from None

    def _count(self, result: Result) -> None:
        self._counts["duplicity_commands"] += 1
        self._counts["duplicity_milliseconds"] += round(result.seconds * 1000)
