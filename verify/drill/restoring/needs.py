"""What duplicity downloads to restore a path of a point: the volumes, of each set up to it, that may hold it."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from verify.archive.manifests import Manifest
from verify.archive.object_names import volume_name
from verify.archive.sets import Object, StoredSet
from verify.trees.model import path_key


@dataclass(frozen=True)
class _Set:
    """A set's volumes by the keys of their first and last paths, the bytes up to each, and how many spoiled ones."""

    first: list[bytes]
    last: list[bytes]
    objects: list[Object]
    bytes_before: list[int]
    spoiled_before: list[int]

    def range_of(self, path: bytes) -> tuple[int, int]:
        """Return the range of volumes that may hold a path or something in it: see `Volume.may_hold`."""
        if not path:
            return 0, len(self.objects)
        key = path_key(path)
        # The key of a path in it goes on with \0.
        first, end = bisect_left(self.last, key), bisect_left(self.first, key + b"\1")
        return first, max(first, end)


class Needs:
    """What is needed to restore from one point."""

    def __init__(self, sets: Sequence[tuple[StoredSet, Manifest]], spoiled: Container[str] = frozenset()) -> None:
        """Given the sets that lead to the point, the full one first, with their manifests.

        `spoiled` are the names of volumes that are known to be lost or damaged.
        """
        self._sets = [_of(stored, manifest, spoiled) for stored, manifest in sets]

    def objects(self, path: bytes) -> Iterator[Object]:
        """Given a path, yield the volumes that its restore downloads."""
        for each in self._sets:
            first, end = each.range_of(path)
            yield from each.objects[first:end]

    def is_spoiled(self, path: bytes) -> bool:
        """Given a path, return whether its restore needs a volume that is spoiled."""
        return any(_between(each.spoiled_before, *each.range_of(path)) for each in self._sets)

    def bytes_of_all(self, paths: Iterable[bytes]) -> int:
        """Given paths, return how many bytes the volumes have that their restores download, each counted once."""
        return sum({each.name: each.size for path in paths for each in self.objects(path)}.values())

    def bytes(self, path: bytes) -> int:
        """Given a path, return how many bytes its restore downloads."""
        return sum(_between(each.bytes_before, *each.range_of(path)) for each in self._sets)

    @property
    def largest(self) -> int:
        """The size in bytes of the largest volume."""
        return max((each.size for one in self._sets for each in one.objects), default=0)


def _between(before: list[int], first: int, end: int) -> int:
    return before[end] - before[first]


def _of(stored: StoredSet, manifest: Manifest, spoiled: Container[str]) -> _Set:
    """Return a set's volumes as its manifest has them; a lost one has no bytes."""
    volumes = [manifest.volumes[number] for number in sorted(manifest.volumes)]
    objects = [stored.volumes.get(each.number) or Object(volume_name(stored, each.number), 0) for each in volumes]
    return _Set(
        [path_key(each.first) for each in volumes],
        [path_key(each.last) for each in volumes],
        objects,
        [0, *accumulate(each.size for each in objects)],
        [0, *accumulate(int(each.name in spoiled) for each in objects)],
    )
