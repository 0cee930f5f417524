"""Finds out what Hypothesis would try next, by copies of this process, so that a pack of it can run at once.

Hypothesis shrinks one attempt after the other. Each costs a backup and a restore, and the next attempt depends
on the result of the last. So a forked copy of this process goes on as if the attempt did not fail, a copy of the
copy as if it did, and so on. They report the attempts that they come to, and end. This process runs all of these
in one pack, and then continues with known results wherever the copies guessed right.
"""

import contextlib
import io
import os
import pickle
import select
import signal
import time
import warnings
from typing import BinaryIO, NoReturn

from verify.lab.packs.drawing import Example

COPIES_END_WITHIN = 3.0  # seconds that the copies may take
FOLLOWED = 8  # reported attempts at most that follow an assumed failure: most attempts do not fail
DOUBTED = 4  # attempts in a row for which both results are assumed


class Copy:
    """In a copied process: reports the examples that would be tried, up to a limit."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self._doubts = DOUBTED

    def tell(self, example: Example) -> bool:
        """Report an example; return whether this copy goes on as if it failed."""
        pickle.dump(example, self._stream)
        self._stream.flush()
        self._left -= 1
        if self._left <= 0:
            self.end()
        return self.guess()

    def guess(self) -> bool:
        """Return whether this copy goes on as if an attempt failed. A copy of it has tried that already."""
        share = min(self._left // 3, FOLLOWED)
        if not share or not self._doubts:
            return False
        self._doubts -= 1
        child = _fork()
        if not child:
            self._left = share
            return True
        os.waitpid(child, 0)  # one after the other, so that what they tell does not mix
        self._left -= share
        return False

    def end(self) -> NoReturn:
        """End this process only, without closing what it shares with its parent."""
        os._exit(0)


def foreseen(limit: int) -> list[Example] | Copy:
    """Return up to `limit` examples that may come next. In the copied process, return the `Copy` to report to."""
    reading, writing = os.pipe()
    child = _fork()
    if not child:
        os.setsid()
        os.close(reading)
        return Copy(open(writing, "wb"), limit)  # noqa: PTH123 - a descriptor, open as long as the process
    os.close(writing)
    try:
        told = _read(reading, time.monotonic() + COPIES_END_WITHIN)
    finally:
        os.close(reading)
        _end(child)
    return _unpickled(told)


def _fork() -> int:
    """Fork. Ctrl-C waits meanwhile: what is raised in what Python runs around a fork is lost."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with warnings.catch_warnings():
            # Newer Pythons warn of a fork beside threads: a copy takes no lock of theirs.
            warnings.simplefilter("ignore")
            return os.fork()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _read(fd: int, deadline: float) -> bytes:
    """Return what can be read until the other end is closed, or the deadline."""
    told = bytearray()
    while select.select([fd], [], [], max(deadline - time.monotonic(), 0))[0]:
        part = os.read(fd, 1 << 16)
        if not part:
            break
        told += part
    return bytes(told)


def _unpickled(told: bytes) -> list[Example]:
    stream, found = io.BytesIO(told), []
    while True:
        try:
            found.append(pickle.load(stream))  # noqa: S301 - our own copy's
        except (EOFError, pickle.UnpicklingError):
            return found
