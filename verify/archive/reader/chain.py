"""Reads a whole chain: every point of it in one pass, from its volumes alone."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.archive.completeness import Manifests
from verify.archive.manifests import Manifest
from verify.archive.object_names import manifest_name, volume_name
from verify.archive.reader.damage import Damage
from verify.archive.reader.elements import SetElements
from verify.archive.reader.scratch import Scratch
from verify.archive.reader.versions import Merge, Row
from verify.archive.reader.volumes import Decrypt, Fetch, SetVolume, Volumes
from verify.archive.sets import Object, StoredSet
from verify.onsite.blocks import pack, unpack
from verify.trees.inventory import Inventory

AT_ONCE = 2  # volumes that are made ready side by side, by a process of gpg each
EVERYTHING = (b"", b"\xff" * 4097)  # the sort keys of all paths


@dataclass(frozen=True)
class Access:
    """How objects are fetched and decrypted, and how many at once."""

    fetch: Fetch
    decrypt: Decrypt
    at_once: int = AT_ONCE
    scratch: Scratch = field(default_factory=Scratch)


class ReadPoint(Inventory):
    """What a point of a chain holds, by what the reader made of it: owners by their numbers, times in whole seconds.

    What could not be read has the problem `ELOST`. `damages` are those of the sets that the point needs.
    """

    def __init__(self, each: StoredSet, rows: "_Rows", number: int, damages: Sequence[Damage]) -> None:
        super().__init__(b"/", ())
        self.set, self._rows, self._number = each, rows, number
        self.damages = tuple(each for each in damages if each.set_number <= number)

    @property
    def is_whole(self) -> bool:
        """Whether all that it needs was read, and is as it should be."""
        return not self.damages

    def records(self) -> Iterator[tuple[Any, ...]]:
        """Yield its paths in path order, as `Inventory` has them."""
        for path, versions in self._rows:
            newest = None
            for number, version in versions:
                if number > self._number:
                    break
                newest = version
            if newest:
                yield (path, *newest)

    def __len__(self) -> int:
        return sum(1 for _ in self.records())


@dataclass(frozen=True)
class ChainContents:
    """What was read of a chain: its points, oldest first, what is wrong, and the volumes that are as they should be.

    Its points can be gone through until the reading is closed.
    """

    points: tuple[ReadPoint, ...]
    damages: tuple[Damage, ...]
    good: tuple[Object, ...]


@contextlib.contextmanager
def read_chain(sets: Sequence[StoredSet], manifests: Manifests, access: Access) -> Iterator[ChainContents]:
    """Given the sets of a chain, the full backup first, and their manifests, give what each point holds.

    What cannot be read is no error: it is among the damages.
    """
    damages: list[Damage] = []
    named = [list(_volumes(number, each, manifests, damages)) for number, each in enumerate(sets)]
    everything = [volume for volumes in named for volume in volumes]
    with Volumes(everything, access.fetch, access.decrypt, access.scratch, at_once=access.at_once) as source:
        elements = [SetElements(volumes, source, damages.append) for volumes in named]
        names = [manifest_name(each) for each in sets]
        for damage in damages:
            if damage.object_name in names:  # without it, nothing is known of its set
                elements[damage.set_number].lost.append(EVERYTHING)
        merge = Merge(elements, names, damages.append, access.scratch)
        rows = _Rows(access.scratch)
        try:
            rows.write(merge.rows())
        except BaseException:
            rows.close()
            raise
        finally:
            for each_set in elements:
                each_set.close()
    good = tuple(volume.stored for each_set in elements for volume in each_set.good if volume.stored)
    points = tuple(ReadPoint(each, rows, number, damages) for number, each in enumerate(sets))
    with contextlib.closing(rows):
        yield ChainContents(points, tuple(damages), good)


def _volumes(number: int, each: StoredSet, manifests: Manifests, damages: list[Damage]) -> Iterator[SetVolume]:
    manifest = manifests.get(each.span)
    if not isinstance(manifest, Manifest):
        why, hint = (manifest.why, manifest.hint) if manifest else ("there is none", "")
        damages.append(Damage(number, manifest_name(each), why, hint=hint, unread=bool(hint)))
        return
    numbers = sorted(manifest.volumes)
    for volume_number in numbers:
        volume = manifest.volumes[volume_number]
        yield SetVolume(number, volume_name(each, volume_number), volume, each.volumes.get(volume_number))
    if numbers != list(range(1, len(numbers) + 1)):
        got = f"it names {len(numbers):,} volumes, the last of them with the number {numbers[-1]:,}"
        damages.append(Damage(number, manifest_name(each), got))
    # A backup that was interrupted, and then had less to write, leaves volumes as well that no manifest names.
    unnamed = (volume_name(each, more) for more in sorted(each.volumes.keys() - manifest.volumes.keys()))
    damages += [Damage(number, name, "its manifest does not name it", unread=True) for name in unnamed]


class _Rows:
    """Rows in path order, as compressed blocks in the scratch."""

    def __init__(self, scratch: Scratch) -> None:
        self._spool = scratch.spool()
        self._blocks: list[tuple[int, int, int]] = []  # how many rows, where the block begins, its bytes

    def close(self) -> None:
        """Give back the scratch."""
        self._spool.close()

    def write(self, rows: Iterable[Row]) -> None:
        """Write all rows."""
        for count, data in pack(rows):
            self._blocks.append((count, self._spool.size, len(data)))
            self._spool.write(data)

    def __iter__(self) -> Iterator[Row]:
        for count, place, size in self._blocks:
            yield from unpack((count, self._spool.read_at(place, size)))
