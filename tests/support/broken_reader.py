"""A pytest plugin that breaks the reader of duplicity's format in the way that its environment names."""

import os
from collections.abc import Iterator
from typing import Any

from verify.archive.reader import chain, volumes
from verify.archive.reader.elements import FULL_PART, Ahead, SetElements
from verify.lab.client.gpg_decryption import GpgDecryption

NAMED_BY = "DUPLICITY_VERIFY_BROKEN_READER"


def drops_an_entry() -> None:
    """Leave out what is called letter."""
    broken: Any = SetElements
    whole = broken.__iter__

    def without_letters(self: SetElements) -> Iterator[Any]:
        return (each for each in whole(self) if isinstance(each, Ahead) or not each.path.endswith(b"letter"))

    broken.__iter__ = without_letters


def swaps_blocks() -> None:
    """Exchange the first two halves of what a member of two bytes or more holds."""
    broken: Any = SetElements
    whole = broken._data

    def swapped(self: SetElements, member: Any) -> Iterator[bytes]:
        data = b"".join(whole(self, member))
        half = min(len(data), FULL_PART) // 2
        yield data[half : 2 * half] + data[:half] + data[2 * half :]

    broken._data = swapped


def ignores_a_failed_mdc() -> None:
    """Take whatever gpg has written by the time it fails."""
    broken: Any = GpgDecryption
    broken._judge = lambda *_: None


def ignores_the_hash() -> None:
    """Use volumes that do not hash to what their manifest says."""
    broken: Any = volumes.Volumes
    whole = broken._unpack

    def without_hash(self: volumes.Volumes, each: Any, spool: Any) -> None:
        named = each.volume
        whole(
            self,
            volumes.SetVolume(
                each.set_number, each.name, type(named)(named.number, named.first, named.last, None), each.stored
            ),
            spool,
        )

    broken._unpack = without_hash


def takes_a_stale_set() -> None:
    """Give of each point what the one before it held."""
    broken: Any = chain.ReadPoint
    whole = broken.__init__

    def stale(self: Any, each: Any, rows: Any, number: int, damages: Any) -> None:
        whole(self, each, rows, number, damages)
        self._number = max(number - 1, 0)

    broken.__init__ = stale


def calls_everything_whole() -> None:
    """Say nothing of what is wrong."""
    broken: Any = SetElements
    broken._tell = lambda *_, **__: None


BREAKS = {
    each.__name__: each
    for each in (
        drops_an_entry, swaps_blocks, ignores_a_failed_mdc, ignores_the_hash, takes_a_stale_set, calls_everything_whole,
    )
}  # fmt: skip

if os.environ.get(NAMED_BY):
    BREAKS[os.environ[NAMED_BY]]()
