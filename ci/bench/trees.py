"""Observing and comparing two trees, beside `diff -rq` on the same; and the memory that a million paths take.

Usage: uv run python ci/bench/trees.py
"""

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from verify.lab.hosts.host import local_host
from verify.trees import Inventory, Tree, compare, file, folder

FILES, BYTES = 40_000, 10**9
ROUNDS = 3
MILLION = 1_000_000


def main() -> None:
    """Print both times, their ratio, and the peak memory of comparing two inventories of a million files."""
    with tempfile.TemporaryDirectory() as scratch:
        host = local_host(Path(scratch, "lab"))
        one, other = f"{scratch}/one", f"{scratch}/other"
        tree = tree_of(FILES, BYTES // FILES)
        for root in (one, other):
            host.materialise(root, tree)
        ours = best(lambda: list(compare(host.observe(one), host.observe(other))))
        theirs = best(lambda: subprocess.run(["diff", "-rq", one, other], check=True))
        host.remove(one)
        host.remove(other)
        host.close()
    print(f"observe + compare {ours:6.2f} s   diff -rq {theirs:6.2f} s   ratio {ours / theirs:4.2f} (bound: 4)")
    before = Inventory.from_records(records(MILLION))
    after = Inventory.from_records(records(MILLION))
    assert not list(compare(before, after))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of comparing {MILLION:,} paths: {peak:.0f} MB (bound: 400)")


def tree_of(files: int, size: int) -> Tree:
    """Return a tree of files of one size, 400 to a folder."""
    nodes = {b"%03d/%05d" % (number // 400, number): file((number + 1, size)) for number in range(files)}
    return Tree({**{path.partition(b"/")[0]: folder() for path in nodes}, **nodes})


def records(count: int):  # noqa: ANN201 - a generator of plain tuples
    """Yield records of an inventory as an observer would make them, in path order."""
    for number in range(count):
        path = b"%04d-folder-of-a-usual-length/%07d-file-of-a-usual-length.txt" % (number // 1000, number)
        digest = number.to_bytes(16, "big") * 2
        yield (
            path,
            0o100644,
            1000,
            1000,
            1_600_000_000_000_000_000 + number,
            number,
            digest,
            b"",
            0,
            (),
            None,
            "",
        )


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
