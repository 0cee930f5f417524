"""Drills of a large job on a MinIO, beside what one would do by hand; and a million listed paths, judged.

Usage: uv run python ci/bench/drill.py [FILES] [BYTES]   (default: 30,000 files, 1 GB; some minutes)
"""

import contextlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.version import Version

from verify.drill.drill import Drill
from verify.drill.expected import judge
from verify.drill.listing import Listing
from verify.drill.live import There
from verify.drill.opening import open_drill
from verify.drill.settings import DrillSettings
from verify.job import read_job
from verify.lab.provision import minio_binary, provision_duplicity
from verify.lab.runs import Run, open_run
from verify.lab.store import start_minio
from verify.secret import Secret
from verify.selection import parse_rules

FILES, BYTES = 30_000, 10**9
INCREMENTALS = 5
DAY = 86_400
MILLION = 1_000_000
SETTLED = 3.0  # seconds between the last edit and the newest point: more than a drill's margin
PLACES = (Path(sysconfig.get_path("stdlib")), Path("/usr/share"), Path("/usr/lib"))
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def main() -> None:
    """Make the job, then print each figure with its bound."""
    files, size = (int(word) for word in (*sys.argv[1:], FILES, BYTES)[:2])
    judged()
    with tempfile.TemporaryDirectory(prefix="dv-") as folder, open_run() as run:
        site = Site(Path(folder), run)
        site.fill(files, size)
        site.take_points()
        metadata(site)
        everything(site)
        samples(site)


class Site:
    """A job over a real tree, whose backup lies on a MinIO of this machine."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.source = folder, folder / "source"
        binary = minio_binary()
        assert binary, "there is no MinIO: run ci/prepare-host"
        self.duplicity = provision_duplicity()
        self.store = start_minio(binary, run, Version("3.2.1"))
        place = self.store.new_prefix()
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in place.env.items()}
        variables = {
            "SRC": str(self.source), "DST": place.url, "PASSPHRASE": "of the benchmark", **plain,
            "OPTIONS": f"--allow-source-mismatch --volsize 25 --exclude {self.source}/cache {place.options[0]}",
        }  # fmt: skip
        self.env_file = folder / "duplicity.env"
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        self.job = read_job(self.env_file, None, {})

    def fill(self, files: int, size: int) -> None:
        """Copy real files until there are so many, and so many bytes; add a database, its dump, and SQLite files."""
        here = [0, 0]
        for place in PLACES:
            for path in sorted(place.rglob("*")):
                if not path.is_file() or path.is_symlink() or (here[0] >= files and here[1] >= size):
                    continue
                target = self.source / path.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                here = [here[0] + 1, here[1] + path.stat().st_size]
        for number in range(20):
            with contextlib.closing(sqlite3.connect(self.source / f"{number}.sqlite")) as database:
                database.execute("CREATE TABLE things (name TEXT)")
                database.executemany("INSERT INTO things VALUES (?)", [(str(each),) for each in range(5_000)])
                database.commit()
        print(f"source: {here[0]:,} files, {here[1] / 1e6:,.0f} MB")

    def take_points(self) -> None:
        """Take a full backup and incrementals a day apart, the newest now, with edits before each."""
        edited = sorted(path for path in self.source.rglob("*") if path.is_file())[:: max(FILES // 300, 1)]
        begun = time.time()
        for number in range(INCREMENTALS + 1):
            for path in edited[number :: INCREMENTALS + 1] if number else ():
                path.chmod(0o644)
                path.write_bytes(path.read_bytes()[::-1] + b"edited")
            newest = number == INCREMENTALS
            time.sleep(SETTLED if newest else 0)
            clock = () if newest else (f"--current-time={int(begun) - (INCREMENTALS - number) * DAY}",)
            self.run(*clock, *self.job.options, self.job.source, self.job.destination)
        stored = self.store.objects(self.store_place())
        size = sum(each.size for each in stored) / 1e6
        print(f"backup: {len(stored)} objects, {size:,.0f} MB, {time.time() - begun:.0f} s", flush=True)

    def store_place(self):  # noqa: ANN201 - the store's own type
        """Return where the backup lies in the store."""
        from verify.lab.store import Destination  # noqa: PLC0415 - of this alone

        return Destination(self.job.destination, (), {}, self.job.destination.rpartition("/")[2])

    def run(self, *words: str, archive: Path | None = None) -> float:
        """Run duplicity with the job's environment; return its seconds."""
        own = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in self.job.duplicity_env.items()
        }
        there = (f"--archive-dir={archive or self.folder / 'archive'}",)
        begun = time.perf_counter()
        subprocess.run(
            [*self.duplicity.command, *words[:1], *there, *words[1:]], check=True, capture_output=True,
            env={**own, **ENVIRONMENT, "TMPDIR": str(self.folder)},
        )  # fmt: skip
        return time.perf_counter() - begun

    @property
    def options(self) -> list[str]:
        """The job's options that go with a restore."""
        return [*self.job.other_options]

    @contextlib.contextmanager
    def drill(self, **wanted: object) -> Iterator[Drill]:
        """Give a drill of the job, with a ledger of its own."""
        with tempfile.TemporaryDirectory() as reports:
            options = {"env_file": str(self.env_file), "report_dir": reports, "budget": "100GB", **wanted}
            with open_drill(DrillSettings.from_options(options), "embedded", "asked for") as drill:
                yield drill


def metadata(site: Site) -> None:
    """Print what the checks without volumes take, beside duplicity's own status and listing."""
    with tempfile.TemporaryDirectory() as archive:
        theirs = site.run("collection-status", *site.options, site.job.destination, archive=Path(archive))
        theirs += site.run("list-current-files", *site.options, site.job.destination, archive=Path(archive))
    with site.drill() as drill:
        begun = time.perf_counter()
        there = drill.destination
        assert all((there.objects, there.newest, there.opened, drill.status.sets))
        assert drill.shrink_findings() == [] == drill.path_findings()
        assert len(there.manifests) == INCREMENTALS + 1
        ours = time.perf_counter() - begun
    report("checks without volumes", ours, "status and listing", theirs, 2.0)


def everything(site: Site) -> None:
    """Print what restoring and comparing everything takes, beside `duplicity restore` and then `diff -r`."""
    with tempfile.TemporaryDirectory() as archive:
        site.run("collection-status", *site.options, site.job.destination, archive=Path(archive))
        target = site.folder / "by hand"
        restored = site.run("restore", *site.options, site.job.destination, str(target), archive=Path(archive))
        compared = timed(lambda: subprocess.run(["diff", "-rq", "--no-dereference", site.source, target], check=True))
        shutil.rmtree(target)
    peer = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"by hand: restore {restored:.1f} s, diff -r {compared:.1f} s; duplicity's peak memory {peak_of(site):.0f} MB"
    )
    with site.drill(full=True) as drill:
        _ = drill.newest_listing, drill.destination.manifests
        ours = timed(lambda: assert_empty(drill.restores.full_findings))
        outcome = drill.restores.newest
        assert outcome
        print(f"drill: {outcome.comparison}; duplicity itself took {outcome.restored[0].result.seconds:.1f} s of it")
    assert peer
    report("everything restored and compared", ours, "restore, then diff -r", restored + compared, 0.95)


def samples(site: Site) -> None:
    """Print what a sample drill takes, beside the restores that it makes."""
    with site.drill(restore_samples="8") as drill:
        _ = drill.newest_listing, drill.destination.manifests
        ours = timed(lambda: assert_empty(drill.restores.sample_findings))
        plain = sum(each.seconds for each in drill.ledger.restores)
    report("a sample drill", ours, "the restores in it", plain, 1.1)


def judged() -> None:
    """Print what judging a listing of a million paths takes, in time and memory."""
    rules = parse_rules("/var/data", ["--exclude", "/var/data/cache", "--exclude", "**.tmp"], Version("3.2.1"))
    listing = Listing(b"".join(b"Thu Jan  1 00:00:01 1970 " + path + b"\n" for path in paths()))
    begun = time.perf_counter()
    verdict = judge((There(path, kind, 1, 10**9, 0, 1) for path, kind in live()), listing, rules, 2)
    seconds = time.perf_counter() - begun
    assert verdict.counts["missing"] == 0
    assert verdict.counts["ok"] == sum(1 for _ in paths())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{MILLION:,} paths judged in {seconds:.1f} s (bound: 60), peak memory {peak:.0f} MB (bound: 400)")


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


def peak_of(site: Site) -> float:
    """Return the peak memory in MB of duplicity restoring everything."""
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    own = {
        name: value.reveal() if isinstance(value, Secret) else value for name, value in site.job.duplicity_env.items()
    }
    target = site.folder / "measured"
    words = [*site.duplicity.command, "restore", f"--archive-dir={site.folder / 'archive'}", *site.options]
    done = subprocess.run(
        [sys.executable, "-c", program, *words, site.job.destination, str(target)], check=True, capture_output=True,
        text=True, env={**own, **ENVIRONMENT, "TMPDIR": str(site.folder)},
    )  # fmt: skip
    shutil.rmtree(target)
    return int(done.stdout) / 1024


def report(what: str, ours: float, beside: str, theirs: float, bound: float) -> None:
    """Print a figure beside its peer."""
    print(f"{what}: {ours:.1f} s, {beside}: {theirs:.1f} s, ratio {ours / theirs:.2f} (bound: {bound})", flush=True)


def timed(call: Callable[[], object]) -> float:
    """Given something to call, return the seconds that it takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def assert_empty(found: object) -> None:
    """Raise unless there is no finding."""
    assert found == [], json.dumps([str(each) for each in found])  # type: ignore[attr-defined]  # a list by then


if __name__ == "__main__":
    main()
