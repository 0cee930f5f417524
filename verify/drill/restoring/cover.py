"""Which folders to restore so that all wanted paths come back at the least cost.

duplicity restores one path a command, and downloads every volume that may hold something of it. So
one folder may cost no more than a file in it, and the whole backup less than its files one by one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

COMMAND = 10_000_000  # bytes that starting one more restore is worth: about a second of a download


def cheapest_cover(paths: Iterable[bytes], cost: Callable[[bytes], int], command: int = COMMAND) -> list[bytes]:
    """Given paths and what restoring a path costs in bytes, return what to restore; the root is `b""`.

    What is returned holds every path, nothing twice, and costs the least that such a choice can.
    Each is as wide as it can be at its cost: what comes with it is proven for free.
    """
    split = sorted({tuple(path.split(b"/")) if path else () for path in paths})
    if not split:
        return []
    chosen, _ = _Cover(split, cost, command).best(0, len(split), 0)
    return _widened(chosen, cost)


@dataclass(frozen=True)
class _Cover:
    """Wanted paths, split at their slashes and sorted, so that those in one folder are a range."""

    split: list[tuple[bytes, ...]]
    cost: Callable[[bytes], int]
    command: int

    def best(self, start: int, end: int, depth: int) -> tuple[list[bytes], int]:
        """Return the best choice for a range that has its first `depth` names in common, and its cost."""
        first, last = self.split[start], self.split[end - 1]
        while len(first) > depth and first[: depth + 1] == last[: depth + 1]:
            depth += 1
        here = b"/".join(first[:depth])
        whole = self.cost(here) + self.command
        if len(first) == depth:  # a wanted path itself
            return [here], whole
        chosen: list[bytes] = []
        total = 0
        while start < end and total < whole:
            stop = start + 1
            while stop < end and self.split[stop][depth] == self.split[start][depth]:
                stop += 1
            some, price = self.best(start, stop, depth + 1)
            chosen, total, start = chosen + some, total + price, stop
        return (chosen, total) if total < whole else ([here], whole)


def _widened(chosen: list[bytes], cost: Callable[[bytes], int]) -> list[bytes]:
    """Return a choice with each path as wide as costs nothing; one that lies in another is dropped."""
    wide: list[bytes] = []
    for path in chosen:
        if any(_holds(each, path) for each in wide):
            continue
        price, wider = cost(path), path
        while wider and cost(wider.rpartition(b"/")[0]) <= price:
            wider = wider.rpartition(b"/")[0]
        wide = [each for each in wide if not _holds(wider, each)] + [wider]
    return wide


def _holds(folder: bytes, path: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")
