"""The paths of the live source, by a walk that reads no file, each with the time of its last change."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from verify.trees.inventory import KIND_OF

_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}  # what duplicity leaves out without a word


class LivePath(NamedTuple):
    """One path of the source. `problem` names the error that kept a folder from being looked into."""

    path: bytes
    kind: str
    size: int
    mtime_ns: int
    ctime_ns: int  # of the last change to its content, mode, owner or name
    device: int
    problem: str = ""


def walk(source: Path, *, copy_links: bool = False) -> Iterator[LivePath]:
    """Given a path, yield it and all below it in path order. What vanishes meanwhile is skipped.

    With `copy_links` it sees what duplicity's option of that name sees: in place of a symlink what it
    leads to, and nothing where it leads nowhere. Raise OSError where nothing is there.
    """
    root = os.fsencode(source)
    waiting: list[tuple[bytes, LivePath]] = [(root, _there(b"", source.stat(follow_symlinks=copy_links)))]
    while waiting:
        full, there = waiting.pop()
        if there.kind != "dir":
            yield there
            continue
        try:
            inside = _listed(full, there.path, copy_links)
        except OSError as error:
            yield there._replace(problem=error.strerror or "it cannot be read")
            continue
        yield there
        waiting += reversed(inside)


def total_size(path: bytes) -> int:
    """Given a path, return how many bytes the files at and below it have together; what cannot be read counts as 0.

    Raise OSError where nothing is there. It takes half as long as `walk`, which has an order.
    """
    found = os.lstat(path)
    total, waiting = (found.st_size if stat.S_ISREG(found.st_mode) else 0), [path]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def _listed(full: bytes, path: bytes, copy_links: bool) -> list[tuple[bytes, LivePath]]:
    inside = []
    with os.scandir(full) as entries:
        for entry in entries:
            try:
                there = _there(path + b"/" + entry.name if path else entry.name, entry.stat(follow_symlinks=False))
                if copy_links and there.kind == "symlink":
                    there = _led_to(there, entry)
            except OSError as error:
                if error.errno not in _GONE:
                    raise
                continue
            inside.append((entry.path, there))
    inside.sort()
    return inside


def _led_to(link: LivePath, entry: os.DirEntry[bytes]) -> LivePath:
    """Return what a symlink leads to, under its own path. It has changed when the link has, too."""
    there = _there(link.path, entry.stat())
    return there._replace(ctime_ns=max(there.ctime_ns, link.ctime_ns))


def _there(path: bytes, found: os.stat_result) -> LivePath:
    kind = KIND_OF[stat.S_IFMT(found.st_mode)]
    return LivePath(path, kind, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev)
