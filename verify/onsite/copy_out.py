"""Reads a folder as the records that `copy_in` makes the same one of; part of the agent, see there.

It runs at either end of a host: to copy a folder there, and to fetch one from there.
"""
# Paths are bytes here, which pathlib does not take.
# ruff: noqa: PTH115, PTH116, PTH118, PTH123, PTH208

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    Record = tuple[Any, ...]

BATCH = 1 << 22  # bytes of content in one message
CHUNK = 1 << 20
RECORDS = 2_000  # records in one message, however small

packing: dict[str, Any] = {}  # what `begin` began


def begin(top: bytes, root: bytes) -> None:
    """Begin to read a folder whose copy will be at `root`; `more` gives its records."""
    refused: list[bytes] = []
    packing.update(batches=batches(top, root, refused), refused=refused)


def more() -> tuple[list[Record], list[bytes]]:
    """Return the next batch of records, empty at the end, and the paths that could not be read so far."""
    return next(packing["batches"], []), packing["refused"]


def batches(top: bytes, root: bytes, refused: list[bytes]) -> Iterator[list[Record]]:
    """Yield the records of a folder in batches. Paths that cannot be read are added to `refused`."""
    batch: list[Record] = []
    size = 0
    for record in Walk(top, root, refused).records():
        batch.append(record)
        size += len(record[2]) if record[0] == "bytes" else 0
        if size >= BATCH or len(batch) >= RECORDS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Walk:
    """Goes through a folder, and tells further names of a file by the first one's place at `root`."""

    def __init__(self, top: bytes, root: bytes, refused: list[bytes]) -> None:
        self._top, self._root, self._refused = top, root, refused
        self._links: dict[tuple[int, int], bytes] = {}

    def records(self, path: bytes = b"") -> Iterator[Record]:
        """Yield the records of a path and of all below it; a folder's own metadata comes last."""
        here = os.path.join(self._top, path) if path else self._top
        try:
            found = os.stat(here) if not path else os.lstat(here)
            if stat.S_ISDIR(found.st_mode):
                names = sorted(os.listdir(here))
                yield ("folder", path)
                for name in names:
                    yield from self.records(path + b"/" + name if path else name)
            else:
                if found.st_nlink > 1 and (found.st_dev, found.st_ino) in self._links:
                    yield ("link", path, self._root, self._links[found.st_dev, found.st_ino])
                    return
                yield from content(here, path, found)
                self._links[found.st_dev, found.st_ino] = path
            yield ("metadata", path, found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, xattrs(here))
        except OSError:  # unreadable, or gone since its folder was listed
            self._refused.append(path)


def content(here: bytes, path: bytes, found: os.stat_result) -> Iterator[Record]:
    """Yield the records that make what is no folder."""
    if stat.S_ISLNK(found.st_mode):
        yield ("symlink", path, os.readlink(here))
    elif stat.S_ISREG(found.st_mode):
        with open(here, "rb") as file:
            yield ("bytes", path, file.read(CHUNK))
            while True:
                data = file.read(CHUNK)
                if not data:
                    return
                yield ("bytes", path, data)
    else:
        yield ("node", path, found.st_mode, found.st_rdev)


def xattrs(here: bytes) -> list[tuple[bytes, bytes]]:
    """Return a path's extended attributes."""
    try:
        names = os.listxattr(here, follow_symlinks=False)
        return [(os.fsencode(name), os.getxattr(here, name, follow_symlinks=False)) for name in names]
    except OSError:  # a file system without them
        return []
