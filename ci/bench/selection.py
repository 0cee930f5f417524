"""The oracle on a million paths; and on a tree of 100,000 files, beside `duplicity full --dry-run` on the same.

Usage: uv run python ci/bench/selection.py
"""

import os
import re
import resource
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.version import Version

from verify.lab.client.provision import provision_duplicity
from verify.selection import Entry, Walk, parse_rules, select, summarise

RELEASE = "3.2.1"
MILLION, FILES = 1_000_000, 100_000
ROUNDS = 3
NEW = re.compile(rb"^A (.*)$", re.MULTILINE)


def main() -> None:
    """Print the time and peak memory of a million paths, then both times on one tree, and their ratio."""
    rules = parse_rules("/s", rules_for("/s"), Version(RELEASE))
    begun = time.process_time()
    total = summarise(Walk(Listing(MILLION), rules)).total
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = total.included.paths + total.excluded.paths
    print(
        f"{count:,} paths, {len(rules.rules)} rules: {spent:.1f} s of one core (bound: 10), {total.included.paths:,} in"
    )
    print(f"peak memory {peak:.0f} MB (bound: 300)")
    with tempfile.TemporaryDirectory() as scratch:
        source = f"{scratch}/source"
        make(source)
        ours = best(lambda: taken(source))
        theirs = best(lambda: dry_run(source, scratch))
        print(f"oracle {ours:.2f} s   duplicity --dry-run {theirs:.2f} s   ratio {theirs / ours:.1f} (bound: 10)")
        same = taken(source) == frozenset(NEW.findall(dry_run(source, scratch, "--verbosity=info"))) - {b"."}
        print(f"same answer, path by path: {same}")
        assert same


def rules_for(source: str) -> list[str]:
    """Return 30 rules as jobs have them: plain paths, globs, some of which match anywhere, and all other kinds."""
    words = ["--exclude-if-present=.nobackup", "--exclude-device-files", "--exclude-older-than=1999-12-31"]
    words += [f"--exclude={source}/top{number:03}/folder-{number:02}" for number in range(8)]
    words += [f"--include={source}/top{number:03}/folder-2{number}/**.py" for number in range(4)]
    words += [f"--exclude={source}/top{number:03}/*/file-00{number}.*" for number in range(4)]
    words += [f"--exclude=**.tmp{number}" for number in range(3)]
    words += [f"--exclude={source}/**/cache-{number}" for number in range(3)]
    words += [f"--exclude={source}/top*/folder-9?", f"--exclude=ignorecase:{source}/TOP*/FOLDER-8?/*.LOG"]
    return [*words, r"--exclude-regexp=/\.cache/.*\.part$", "--exclude-regexp=~$", f"--exclude={source}/top000/"]


class Listing:
    """A listing of folders of 100 files, and 100 such folders to each top folder; it can be gone through twice."""

    def __init__(self, files: int) -> None:
        self._files = files

    def __iter__(self) -> Iterator[Entry]:
        yield Entry(b"", "dir")
        for number in range(self._files):
            top, rest = divmod(number, 10_000)
            place, name = divmod(rest, 100)
            folder = b"top%03d/folder-%02d" % (top, place)
            if not rest:
                yield Entry(b"top%03d" % top, "dir")
            if not name:
                yield Entry(folder, "dir")
            yield Entry(folder + b"/file-%03d.%s" % (name, (b"txt", b"py", b"log")[name % 3]), "file", 100, 1e9)


def make(source: str) -> None:
    """Make the tree of the listing on disk, its files empty."""
    for entry in Listing(FILES):
        path = Path(source, os.fsdecode(entry.path))
        if entry.kind == "dir":
            path.mkdir()
        else:
            path.touch()


def observed(source: str) -> Iterator[Entry]:
    """Yield what is on disk, as a listing."""
    yield Entry(b"", "dir")
    waiting = [b""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(os.fsencode(source) + b"/" + prefix) as found:
            for each in found:
                seen = each.stat(follow_symlinks=False)
                is_folder = stat.S_ISDIR(seen.st_mode)
                if is_folder:
                    waiting.append(prefix + each.name + b"/")
                yield Entry(prefix + each.name, "dir" if is_folder else "file", seen.st_size, seen.st_mtime)


def taken(source: str) -> frozenset[bytes]:
    """Return what the oracle takes of what is on disk, but the source itself."""
    rules = parse_rules(source, rules_for(source), Version(RELEASE))
    return frozenset(each.path for each in select(list(observed(source)), rules) if each.included and each.path)


def dry_run(source: str, scratch: str, *options: str) -> bytes:
    """Let duplicity do the same, and return what it printed."""
    own = ("--dry-run", "--no-encryption", f"--archive-dir={scratch}/archive", *options)
    command = provision_duplicity(RELEASE).command
    call = [*command, "full", *own, *rules_for(source), source, f"file://{scratch}/store"]
    return subprocess.run(call, check=True, capture_output=True).stdout


def best(call: Callable[[], object]) -> float:
    """Given something to call, return the least seconds of three calls."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
