"""The files of the host that duplicity runs on, as views read them."""

from collections.abc import Iterator
from typing import Protocol

PIECE = 1 << 20  # bytes that are read at once


class HostFiles(Protocol):
    """What a view asks of the host that duplicity runs on."""

    def sizes(self, folder: str) -> list[tuple[bytes, int, int]]:
        """Return (name, bytes, modification time in ns) of each file in a folder."""

    def get(self, path: str) -> bytes:
        """Return a file's bytes."""

    def part(self, path: str, offset: int, length: int) -> bytes:
        """Return a stretch of a file's bytes: fewer than `length` only at its end."""

    def remove(self, path: str) -> None:
        """Remove a file that a drill has made there."""

    def digest(self, path: str, algorithm: str) -> tuple[str, int]:
        """Return a file's hexadecimal digest, and how many bytes it has."""


def pieces_of(files: HostFiles, path: str) -> Iterator[bytes]:
    """Yield a file's bytes in pieces. Raise OSError where it cannot be read."""
    offset = 0
    while piece := files.part(path, offset, PIECE):
        offset += len(piece)
        yield piece
