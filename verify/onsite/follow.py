"""Reads the files of a tree while it is being restored, so that `observe` need not read them afterwards."""
# ruff: noqa: PTH110 - paths are bytes, which pathlib does not take

from __future__ import annotations

import collections
import contextlib
import itertools
import os
import stat
import time
from typing import TYPE_CHECKING

from verify.onsite.blocks import paths_in
from verify.onsite.paths import Root
from verify.onsite.reading import BUFFER, followed, identity, opened, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.onsite.blocks import Block

    Waiting = collections.deque[bytes]

AHEAD = 50  # paths of the order that are looked for at a time, so that one that is never restored holds nothing up
PAUSE = 0.02  # seconds


def follow(root: bytes | str, order: list[Block], done: bytes) -> int:
    """Given a root that is being filled in the order of `paths_in(order)`, read each file once it is finished.

    A file counts as finished when something later in the order is there. `observe` does not read it
    again, unless it has changed. This ends when all are read, or when there is a file at `done`;
    return how many were read.
    """
    followed.clear()
    paths = paths_in(order)
    waiting = collections.deque(itertools.islice(paths, AHEAD))
    buffer = memoryview(bytearray(BUFFER))
    while waiting and not os.path.exists(done):
        try:
            with Root(root) as top:
                _follow_on(top, waiting, paths, done, buffer)
        except FileNotFoundError:  # the restore has not begun yet
            time.sleep(PAUSE)
    return len(followed)


def _follow_on(top: Root, waiting: Waiting, paths: Iterator[bytes], done: bytes, buffer: memoryview) -> None:
    """Read the waiting files, then those of `paths`, each as soon as a later one is there."""
    top.stat(b"")
    while waiting and not os.path.exists(done):
        later = next((place for place in range(1, len(waiting)) if _is_there(top, waiting[place])), 0)
        if not later:
            time.sleep(PAUSE)
        for _ in range(later):
            with contextlib.suppress(OSError):  # not restored, or not a file: `observe` will show it
                _follow(top, waiting.popleft(), buffer)
        waiting.extend(itertools.islice(paths, later))


def _is_there(top: Root, path: bytes) -> bool:
    try:
        top.stat(path)
    except OSError:
        return False
    return True


def _follow(top: Root, path: bytes, buffer: memoryview) -> None:
    if not stat.S_ISREG(top.stat(path).st_mode):
        return
    fd = opened(lambda flags: top.open(path, flags))
    try:
        there = os.fstat(fd)
        digest, size, xattrs = read(fd, there, buffer)
        if size == there.st_size:
            followed[identity(there)] = digest, xattrs
    finally:
        os.close(fd)
