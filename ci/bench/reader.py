"""Our reader, which gives every point of a chain at once, beside duplicity's restore of one, and beside gpg alone.

Usage: uv run python ci/bench/reader.py [FILES] [BYTES]   (default: 50,000 files, 1 GB; some minutes)

By turns, three rounds, medians; wall seconds, CPU seconds, and the largest process's memory. TMPDIR is to be on a disk
that does not slow down while it is written to, or in memory.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))
from large_job import edit, fill
from packaging.version import Version

from verify.archive.chains import chains_of
from verify.archive.manifests import Manifest
from verify.archive.names import Names
from verify.archive.reader.chain import Access, read_chain
from verify.archive.sets import Object, stored_of
from verify.lab.client.gpg_decryption import GpgDecryption
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.settings import DEFAULT_RELEASE
from verify.secret import Secret

PASSPHRASE = "seven rowing boats"  # noqa: S105 - a benchmark's
ROUNDS, INCREMENTALS, DAY = 3, 5, 86_400
PIECE = 1 << 20
GPG = "gpg --batch --no-tty --pinentry-mode=loopback --passphrase-fd=3 -d"


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds, CPU seconds, MB of the largest process."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    """Make the chain, then measure by turns."""
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    files, size = (int(each) for each in (*sys.argv[1:], 50_000, 10**9)[:2])
    with tempfile.TemporaryDirectory() as name:
        folder, provisioned = Path(name), provision_duplicity()
        (folder / "gnupg").mkdir(mode=0o700)
        make_chain(folder, provisioned, files, size)
        stored = sum(path.stat().st_size for path in (folder / "to").iterdir())
        print(
            f"full + {INCREMENTALS} incrementals, {files:,} files, {size / 1e6:,.0f} MB, stored {stored / 1e6:,.0f} MB"
        )
        for sets in (1, INCREMENTALS + 1):
            measure(folder, provisioned, sets)


def make_chain(folder: Path, provisioned: Provisioned, files: int, size: int) -> None:
    """Take a full backup and the incrementals, with edits before each."""
    source, now = folder / "source", int(time.time())
    source.mkdir()
    fill(source, files, size)
    for number in range(INCREMENTALS + 1):
        if number:
            edit(source, number)
        at = now - (INCREMENTALS - number) * DAY
        kind = "incremental" if number else "full"
        duplicity(folder, provisioned, kind, f"--current-time={at}", "--volsize=25", str(source), f"file://{folder}/to")


def duplicity(folder: Path, provisioned: Provisioned, verb: str, *words: str) -> Cost:
    """Run a command of duplicity's."""
    return cost([*provisioned.command, verb, f"--archive-dir={folder}/archive", *words], folder)


def measure(folder: Path, provisioned: Provisioned, sets: int) -> None:
    """Print what reading so many sets costs, and what it is measured against."""
    ours = [sys.executable, __file__, "--read", str(folder), str(sets)]
    ends = ends_of(folder)[:sets]
    floor = f"printf '%s\\0' {' '.join(map(str, volumes(folder, sets)))} | xargs -0 -P2 -n1 sh -c '{GPG} \"$0\" 3<<E\n"
    floor += f"{PASSPHRASE}\nE\n' >/dev/null 2>&1"
    rows = {
        "gpg -d of all volumes, 2 at once": lambda: cost(["sh", "-c", floor], folder),
        "reader, every point, 2 at once": lambda: cost([*ours, "2"], folder),
        "reader, every point, 1 at once": lambda: cost([*ours, "1"], folder),
        "duplicity restore of the newest": lambda: restore(folder, provisioned, ends[-1]),
    }
    taken: dict[str, list[Cost]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, run in rows.items():
            taken[name].append(run())
    print(f"\n{sets} set(s){'wall s':>36}{'CPU s':>9}{'MB':>7}")
    for name, costs in taken.items():
        medians = (statistics.median(getattr(each, kind) for each in costs) for kind in ("wall", "cpu", "memory"))
        print("{:37}{:9.1f}{:9.1f}{:7.0f}".format(name, *medians))


def restore(folder: Path, provisioned: Provisioned, at: int) -> Cost:
    """Restore a point."""
    target = folder / "restored"
    shutil.rmtree(target, ignore_errors=True)
    return duplicity(folder, provisioned, "restore", f"--time={at}", f"file://{folder}/to", str(target))


def cost(argv: list[str], folder: Path) -> Cost:
    """Run a command, and return what it took. Raise where it fails."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GNUPGHOME": f"{folder}/gnupg", "PASSPHRASE": PASSPHRASE}
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{argv[:3]}: exit code {process.returncode}\n{said.decode(errors='replace')[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = [int(word) for word in said.split()[-1:] if "--read" in argv]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - begun, cpu, sum(peak) / 1024)


def ends_of(folder: Path) -> list[int]:
    """Return the times of the points."""
    return [each.span.end for each in _stored(folder).points]


def volumes(folder: Path, sets: int) -> list[Path]:
    """Return the volumes of the first sets."""
    return [folder / "to" / each.name for one in _stored(folder).points[:sets] for each in one.volumes.values()]


def _stored(folder: Path):  # noqa: ANN202 - of a script
    return stored_of([Object(path.name, path.stat().st_size) for path in (folder / "to").iterdir()], Names())


def read(folder: Path, sets: int, at_once: int) -> None:
    """Read the chain, go through every point, and print the peak of this process's memory in KiB."""

    def fetch(name: str) -> Iterator[bytes]:
        with (folder / "to" / name).open("rb") as stream:
            while piece := stream.read(PIECE):
                yield piece

    access = Access(fetch, GpgDecryption({**os.environ, "PASSPHRASE": Secret(PASSPHRASE)}), at_once)
    stored = _stored(folder)
    manifests = {}
    for each in stored.points:
        text = bytearray()
        access.decrypt(fetch(each.manifest.name), text.extend)
        manifests[each.span] = Manifest.read(bytes(text))
    chain = chains_of(stored, Version(DEFAULT_RELEASE)).chains[-1].sets[:sets]
    with read_chain(chain, manifests, access) as contents:
        assert not contents.damages, contents.damages
        print(*(len(point) for point in contents.points))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
