"""Copies a folder of this machine to a host, as it is: for a user's own `--source`.

tar was considered: Python's keeps neither nanoseconds nor extended attributes nor every name.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError

BATCH = 1 << 22  # bytes of content in one message
CHUNK = 1 << 20
RECORDS = 2_000  # records in one message, however small

Record = tuple[Any, ...]


def must_hold_something(source: Path) -> None:
    """Raise `CannotRunError` unless a folder can be read and is not empty: nothing would be proven by it."""
    try:
        empty = not any(source.iterdir())
    except NotADirectoryError:
        raise CannotRunError(f"--source {source} is no folder: name the folder that holds it") from None
    except FileNotFoundError:
        raise CannotRunError(f"--source {source} does not exist: name a folder that does") from None
    except OSError as error:
        raise CannotRunError(f"--source {source} cannot be read ({error.strerror}): run as who can") from None
    if empty:
        raise CannotRunError(f"--source {source} is empty, so it would prove nothing: name a folder that holds files")


def copied(local: Path, root: bytes, refused: list[bytes]) -> Iterator[list[Record]]:
    """Given a folder here and its copy's path there, yield the records that make the copy, in batches.

    Paths that cannot be read are added to `refused`. Raise `CannotRunError` if it is no folder.
    """
    top = os.fsencode(local)
    if not local.is_dir() or not os.access(top, os.R_OK | os.X_OK):
        raise CannotRunError(f"{local} is no folder that can be read: name one with --source")
    batch: list[Record] = []
    size = 0
    for record in _Walk(top, root, refused).records():
        batch.append(record)
        size += len(record[2]) if record[0] == "bytes" else 0
        if size >= BATCH or len(batch) >= RECORDS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Walk:
    def __init__(self, top: bytes, root: bytes, refused: list[bytes]) -> None:
        self._top, self._root, self._refused = top, root, refused
        self._links: dict[tuple[int, int], bytes] = {}

    def records(self, path: bytes = b"") -> Iterator[Record]:
        """Yield the records of a path and of all below it; a folder's own metadata comes last."""
        here = os.path.join(self._top, path) if path else self._top  # noqa: PTH118 - bytes
        try:
            found = os.stat(here) if not path else os.lstat(here)  # noqa: PTH116 - bytes
            if stat.S_ISDIR(found.st_mode):
                names = sorted(os.listdir(here))  # noqa: PTH208 - bytes
                yield ("folder", path)
                for name in names:
                    yield from self.records(path + b"/" + name if path else name)
            else:
                if found.st_nlink > 1 and (other := self._links.get((found.st_dev, found.st_ino))):
                    yield ("link", path, self._root, other)
                    return
                yield from _content(here, path, found)
                self._links[found.st_dev, found.st_ino] = path
            yield (
                "metadata",
                path,
                found.st_mode,
                found.st_uid,
                found.st_gid,
                found.st_mtime_ns,
                _xattrs(here),
            )
        except OSError:  # unreadable, or gone since its folder was listed
            self._refused.append(path)


def _content(here: bytes, path: bytes, found: os.stat_result) -> Iterator[Record]:
    if stat.S_ISLNK(found.st_mode):
        yield ("symlink", path, os.readlink(here))  # noqa: PTH115 - bytes
    elif stat.S_ISREG(found.st_mode):
        with open(here, "rb") as file:  # noqa: PTH123 - bytes
            yield ("bytes", path, file.read(CHUNK))
            while data := file.read(CHUNK):
                yield ("bytes", path, data)
    else:
        yield ("node", path, found.st_mode, found.st_rdev)


def _xattrs(here: bytes) -> list[tuple[bytes, bytes]]:
    try:
        names = os.listxattr(here, follow_symlinks=False)
        return [(os.fsencode(name), os.getxattr(here, name, follow_symlinks=False)) for name in names]
    except OSError:  # a file system without them
        return []
