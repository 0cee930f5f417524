"""Looks at plain files at the far end of a host; part of the agent, see there. Nothing here writes."""
# Paths are bytes here, which pathlib does not take.
# ruff: noqa: PTH123

from __future__ import annotations

import hashlib
import os

CHUNK = 1 << 20


def sizes(folder: bytes) -> list[tuple[bytes, int, int]]:
    """Return the name, size and modification time (ns) of each file in a folder, in order of their names."""
    with os.scandir(folder) as found:
        files = [(each.name, each.stat()) for each in found if each.is_file()]
    return sorted((name, there.st_size, there.st_mtime_ns) for name, there in files)


def digest(path: bytes, algorithm: str) -> tuple[str, int]:
    """Return a file's hexadecimal digest and how many bytes it has."""
    hashed, size = hashlib.new(algorithm), 0
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            hashed.update(data)
            size += len(data)
    return hashed.hexdigest(), size


def part(path: bytes, offset: int, length: int) -> bytes:
    """Return a stretch of a file."""
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)
