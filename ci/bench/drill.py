"""Drills of a large job on a MinIO, beside what one would do by hand; and a million listed paths, judged.

Usage: uv run python ci/bench/drill.py [FILES] [BYTES]   (default: 48,000 files, 700 MB; some minutes)

Set TMPDIR to a disk that does not slow down while it is written to, or to one in memory: restores differ more else
than what is measured.
"""

import contextlib
import dataclasses
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from packaging.version import Version

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from large_job import PREFIX, VOLUME, take_points
from sites import Audit, Site, opened_site

from verify.drill import chain_findings, findings
from verify.drill.drill import Drill
from verify.drill.opening import open_drill
from verify.drill.points.expected import judge
from verify.drill.points.listing import Listing
from verify.drill.points.live import LivePath
from verify.drill.settings import DrillSettings
from verify.job import Job, read_job
from verify.lab.hosts.runs import open_run
from verify.selection import parse_rules

FILES, BYTES = 48_000, 700_000_000
MILLION = 1_000_000
TIMES = 4  # of each restore of everything, by turns in which now one begins, now the other: disks slow down
EVERY = 0.2  # seconds between two looks at a process tree's memory, each of which holds it up


def main() -> None:
    """Make the job, then print each figure with its bound."""
    files, size = (int(word) for word in (*sys.argv[1:], FILES, BYTES)[:2])
    judged()
    with tempfile.TemporaryDirectory(prefix="dv-") as folder, open_run() as run:
        Path(folder).chmod(0o755)
        with opened_site(run, Path(folder), Audit()) as small:
            site = dataclasses.replace(small, volume_size=VOLUME)
            begun = time.perf_counter()
            take_points(site, run, files, size)
            tell(site, time.perf_counter() - begun)
            by_hand = ByHand(site)
            metadata(site, by_hand)
            everything(site, by_hand)
            samples(site)


def tell(site: Site, seconds: float) -> None:
    """Print how large the job is."""
    files = [path for path in site.source.rglob("*") if path.is_file() and not path.is_symlink()]
    print(f"source: {len(files):,} files, {sum(path.stat().st_size for path in files) / 1e6:,.0f} MB")
    print(f"backup: {len(site.names(PREFIX))} objects, made in {seconds:.0f} s", flush=True)


class ByHand:
    """What one would type: duplicity's commands, each with an archive that is new to it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def job(self) -> Job:
        """The job."""
        return read_job(self._site.env_file(PREFIX), None, {})

    def seconds(self, archive: Path, command: str, *target: str) -> float:
        """Run a command of duplicity's on the destination; return its seconds."""
        options = (*self.job.other_options, f"--archive-dir={archive}")
        return self._site.duplicity(PREFIX, command, *options, self.job.destination, *target)


@contextlib.contextmanager
def drilled(site: Site, **wanted: object) -> Iterator[Drill]:
    """Give a drill of the job, with a ledger of its own."""
    with tempfile.TemporaryDirectory() as reports:
        options = {"env_file": str(site.env_file(PREFIX)), "report_dir": reports, "budget": "100GB", **wanted}
        with open_drill(DrillSettings.from_options(options), "embedded", "asked for") as drill:
            yield drill


def metadata(site: Site, by_hand: ByHand) -> None:
    """Print what the checks without volumes take, beside duplicity's own status and listing.

    The first drill of a job lists the point before the newest too; later ones remember how much that held.
    """
    with tempfile.TemporaryDirectory() as archive:
        theirs = sum(by_hand.seconds(Path(archive), each) for each in ("collection-status", "list-current-files"))
    with drilled(site) as drill:
        first = timed(lambda: looked_at(drill))
        before = drill.listings.point_before(drill.newest)
        assert before
        held = drill.listings.paths_of(before)
    with drilled(site) as drill:
        drill.ledger.note_point(before, held)
        later = timed(lambda: looked_at(drill))
    report("checks without volumes, first drill", first, "status and listing", theirs, 2.0)
    report("the same, later drills", later, "status and listing", theirs, 2.0)


def looked_at(drill: Drill) -> None:
    """Decide all checks that need no volume."""
    there = drill.destination
    assert all((drill.schemes, there.objects, there.newest, there.opened, drill.status.sets))
    for found in (
        chain_findings.chain_findings,
        chain_findings.signature_findings,
        findings.shrink_findings,
        findings.path_findings,
    ):
        assert found(drill) == []


def everything(site: Site, by_hand: ByHand) -> None:
    """Print what restoring and comparing everything takes, beside `duplicity restore` and then `diff -r`."""
    theirs, ours, memories = [], [], []
    for turn in range(TIMES):
        if turn % 2:
            seconds, duplicity, together = drilled_whole(site)
            restored, compared, alone = restored_by_hand(site, by_hand)
        else:
            restored, compared, alone = restored_by_hand(site, by_hand)
            seconds, duplicity, together = drilled_whole(site)
        print(
            f"by hand: restore {restored:.1f} s, diff -r {compared:.1f} s; "
            f"drill: {seconds:.1f} s, {duplicity:.1f} s of it duplicity's own",
            flush=True,
        )
        theirs.append(restored + compared)
        ours.append(seconds)
        memories.append(together / alone)
    report("everything restored and compared", median(ours), "restore, then diff -r", median(theirs), 0.95)
    print(f"peak memory of all processes / duplicity's by hand: {median(memories):.2f} (bound: 1.2)", flush=True)


def restored_by_hand(site: Site, by_hand: ByHand) -> tuple[float, float, float]:
    """Restore and compare as one would type it; return both times, and the restore's peak memory in MB."""
    target = site.folder / "by hand"
    with tempfile.TemporaryDirectory() as archive:
        by_hand.seconds(Path(archive), "collection-status")
        os.sync()  # what was written before is not written meanwhile
        with memory() as most:
            restored = by_hand.seconds(Path(archive), "restore", str(target))
        diff = ("diff", "-rq", "--no-dereference", str(site.source), str(target))
        compared = timed(lambda: subprocess.run(diff, check=True))
        shutil.rmtree(target)
    return restored, compared, most[0]


def drilled_whole(site: Site) -> tuple[float, float, float]:
    """Restore and compare by a drill; return its time, duplicity's part of that, and the peak memory in MB."""
    with drilled(site, full_restore=True) as drill:
        _ = drill.path_verdict, drill.destination.manifests  # as the checks before it have left them
        os.sync()
        with memory() as most:
            seconds = timed(lambda: must_be_empty(drill.restores.full_findings))
        outcome = drill.restores.newest
        assert outcome
        return seconds, outcome.restored[0].result.seconds, most[0]


def samples(site: Site) -> None:
    """Print what a sample drill takes, beside the restores that it makes."""
    with drilled(site) as drill:
        _ = drill.path_verdict, drill.destination.manifests  # as the checks before it have left them
        os.sync()
        ours = timed(lambda: must_be_empty(drill.restores.sample_findings))
        plain = sum(each.seconds for each in drill.ledger.restores)
    report("a sample drill", ours, "the restores in it", plain, 1.1)


def judged() -> None:
    """Print what judging a listing of a million paths takes, in time and memory."""
    rules = parse_rules("/var/data", ["--exclude", "/var/data/cache", "--exclude", "**.tmp"], Version("3.2.1"))
    listing = Listing(b"".join(b"Thu Jan  1 00:00:01 1970 " + path + b"\n" for path in paths()))
    begun = time.perf_counter()
    verdict = judge((LivePath(path, kind, 1, 10**9, 0, 1) for path, kind in live()), listing, rules, 2)
    seconds = time.perf_counter() - begun
    assert verdict.counts["missing"] == 0
    assert verdict.counts["ok"] == sum(1 for _ in paths())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{MILLION:,} paths judged in {seconds:.1f} s (bound: 60), peak memory {peak:.0f} MB (bound: 400)", flush=True
    )


def live() -> Iterator[tuple[bytes, str]]:
    """Yield a source of a million paths, in path order, with its root."""
    yield b"", "dir"
    for folder in range(MILLION // 1000):
        yield b"%04d-folder-of-a-usual-length" % folder, "dir"
        for file in range(999):
            yield b"%04d-folder-of-a-usual-length/%07d-file-of-a-usual-length.txt" % (folder, file), "file"


def paths() -> Iterator[bytes]:
    """Yield the same as duplicity lists it."""
    yield from (path or b"." for path, _ in live())


@contextlib.contextmanager
def memory() -> Iterator[list[float]]:
    """Give a list that afterwards has the most MB by which this process and all that it started have grown together."""
    most, stop = [0.0], threading.Event()
    before = _together()

    def look() -> None:
        while not stop.wait(EVERY):
            most[0] = max(most[0], _together() - before)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()


def _together() -> float:
    return sum(map(_mb, ("self", *_children("self"))))


def _children(pid: str) -> Iterator[str]:
    with contextlib.suppress(OSError):  # gone meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() != "minio":  # the store is neither's
                    yield child
                    yield from _children(child)


def _mb(pid: str) -> float:
    """Return a process's memory in MB, what it shares counted in part; nothing once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def report(what: str, ours: float, beside: str, theirs: float, bound: float) -> None:
    """Print a figure beside its peer."""
    print(f"{what}: {ours:.1f} s, {beside}: {theirs:.1f} s, ratio {ours / theirs:.2f} (bound: {bound})", flush=True)


def timed(call: Callable[[], object]) -> float:
    """Given something to call, return the seconds that it takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def must_be_empty(found: object) -> None:
    """Raise unless there is no finding."""
    assert found == [], found


if __name__ == "__main__":
    main()
