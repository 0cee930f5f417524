"""Where unpacked bytes lie while they are needed: in memory up to a bound, then in files that have no name."""

import os
import tempfile
import threading
from pathlib import Path
from typing import IO

from verify.archive.reader.damage import UnreadError
from verify.errors import no_space

WINDOW = 256 * 1024  # bytes that are read ahead from a file


class Scratch:
    """Memory and disk that all spools of a reading share, in bytes.

    `folder` is where files are made, by default where the system has its temporary ones. They have no name, so that
    none stays where the process is killed.
    """

    def __init__(self, *, memory: int = 96 << 20, disk: int = 64 << 30, folder: Path | None = None) -> None:
        self._memory, self._disk, self._folder = memory, disk, folder
        self._lock = threading.Lock()

    def spool(self) -> "Spool":
        """Return an empty spool."""
        return Spool(self)

    def takes_memory(self, size: int) -> bool:
        """Reserve so many bytes of memory; return False where there are not as many."""
        with self._lock:
            if size > self._memory:
                return False
            self._memory -= size
            return True

    def take_disk(self, size: int) -> None:
        """Reserve so many bytes of disk. Raise `UnreadError` where there are not as many."""
        with self._lock:
            if size > self._disk:
                raise UnreadError("it unpacks to more than fits into the scratch space", "give more scratch space")
            self._disk -= size

    def free(self, memory: int, disk: int) -> None:
        """Give back what was reserved."""
        with self._lock:
            self._memory += memory
            self._disk += disk

    def file(self) -> IO[bytes]:
        """Return a new file without a name, unbuffered."""
        return tempfile.TemporaryFile(buffering=0, dir=self._folder)


class Spool:
    """Bytes that are written once, from start to end, and then read at any place."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._held: bytearray | None = bytearray()
        self._file: IO[bytes] | None = None
        self._window, self._window_start = b"", 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append bytes. Raise `UnreadError` where the scratch is used up."""
        if self._held is not None:
            if self._scratch.takes_memory(len(data)):
                self._held += data
                self.size += len(data)
                return
            self._to_disk(self._held)
        self._append(data)
        self.size += len(data)

    def _to_disk(self, held: bytearray) -> None:
        self._file = self._scratch.file()
        self._held = None
        self._scratch.free(len(held), 0)
        self._append(bytes(held))

    def _append(self, data: bytes) -> None:
        assert self._file is not None  # noqa: S101 - for the type checker
        self._scratch.take_disk(len(data))
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise UnreadError(no_space(error) or f"the scratch space cannot be written: {error.strerror}") from error

    def read_at(self, offset: int, size: int) -> bytes:
        """Return the bytes at an offset: fewer than `size` only at the end."""
        if self._held is not None:
            return bytes(memoryview(self._held)[offset : offset + size])
        start = offset - self._window_start
        if start < 0 or start + size > len(self._window):
            if size > WINDOW // 2:
                return self._read(offset, size)
            self._window, self._window_start, start = self._read(offset, WINDOW), offset, 0
        return self._window[start : start + size]

    def _read(self, offset: int, size: int) -> bytes:
        assert self._file is not None  # noqa: S101 - for the type checker
        return os.pread(self._file.fileno(), max(0, min(size, self.size - offset)), offset)

    def close(self) -> None:
        """Give back what it took; it cannot be read any more."""
        self._scratch.free(*((self.size, 0) if self._held is not None else (0, self.size)))
        if self._file:
            self._file.close()
        self._held, self._file, self._window, self.size = bytearray(), None, b"", 0
