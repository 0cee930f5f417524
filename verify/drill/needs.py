"""What duplicity downloads to restore a path of a point: the volumes, of each set up to it, that may hold it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verify.drill.manifests import Manifest
from verify.drill.stored import Object, StoredSet
from verify.trees.model import path_key


@dataclass(frozen=True)
class _Set:
    """A set's volumes by the keys of their first and last paths, and the bytes up to each."""

    first: list[bytes]
    last: list[bytes]
    objects: list[Object]
    bytes_before: list[int]

    def range_of(self, path: bytes) -> tuple[int, int]:
        """Return the range of volumes that may hold a path or something in it: see `Volume.may_hold`."""
        if not path:
            return 0, len(self.objects)
        key = path_key(path)
        return bisect_left(self.last, key), bisect_left(self.first, key + b"\1")  # \0 follows it in what is in it


class Needs:
    """What is needed to restore from one point."""

    def __init__(self, sets: Sequence[tuple[StoredSet, Manifest]]) -> None:
        """Given the sets that lead to the point, the full one first, with their manifests."""
        self._sets = [_of(stored, manifest) for stored, manifest in sets]

    def objects(self, path: bytes) -> Iterator[Object]:
        """Given a path, yield the volumes that its restore downloads."""
        for each in self._sets:
            first, end = each.range_of(path)
            yield from each.objects[first:end]

    def bytes(self, path: bytes) -> int:
        """Given a path, return how many bytes its restore downloads."""
        total = 0
        for each in self._sets:
            first, end = each.range_of(path)
            total += max(each.bytes_before[end] - each.bytes_before[first], 0) if first < end else 0
        return total

    @property
    def largest(self) -> int:
        """The size in bytes of the largest volume."""
        return max((each.size for one in self._sets for each in one.objects), default=0)


def _of(stored: StoredSet, manifest: Manifest) -> _Set:
    there = [
        (manifest.volumes[number], each)
        for number, each in sorted(stored.volumes.items())
        if number in manifest.volumes
    ]
    before = [0]
    for _, each in there:
        before.append(before[-1] + each.size)
    first, last = (
        ([path_key(path) for path in ends] for ends in zip(*((v.first, v.last) for v, _ in there), strict=True))
        if there
        else ([], [])
    )
    return _Set(first, last, [each for _, each in there], before)
