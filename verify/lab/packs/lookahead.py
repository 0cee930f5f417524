"""What Hypothesis would try next: asked of copies of this process, so that a whole pack of it runs at once.

Shrinking is one attempt after the other, each of which costs a cycle; and what is attempted depends on what
became of the attempts before. So a forked copy of the process goes on as though an attempt did not fail, a
copy of the copy as though it did, and so on; they tell what they come to, and are gone. This process then
knows all their verdicts at once, and goes on where they guessed right.
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
FOLLOWED = 8  # attempts that are told of what follows a failure, at most: most attempts do not fail
DOUBTED = 4  # attempts in a row of which both ends are followed


class Copy:
    """In a copied process: tells the examples that are tried, up to a limit."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self._doubts = DOUBTED

    def tell(self, example: Example) -> bool:
        """Tell an example, and return whether this copy goes on as though it failed."""
        pickle.dump(example, self._stream)
        self._stream.flush()
        self._left -= 1
        if self._left <= 0:
            self.end()
        return self.guess()

    def guess(self) -> bool:
        """Return whether this copy goes on as though an attempt failed; a copy of it has gone on so before."""
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
        """End the process, and nothing of what it has inherited."""
        os._exit(0)


def foreseen(limit: int) -> list[Example] | Copy:
    """Return up to `limit` examples that may come next; and return once more, in a copy, what to tell them to."""
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside threads: a copy takes no lock of theirs
        return os.fork()


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
