"""One drill at a time in a report folder: two would restore, and remember, over each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verify.durations import moment
from verify.errors import CannotRunError

FILE = "lock"


@contextmanager
def only_one(folder: Path, now: float) -> Iterator[None]:
    """Hold the lock of a drill's folder. Raise `CannotRunError` if another drill holds it.

    It ends with the process, however that ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / FILE).open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotRunError(f"{folder} cannot be written ({error.strerror}): name another --report-dir") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "another process"
            raise CannotRunError(
                f"another drill is at work in {folder} ({who}): wait for it, or name another --report-dir"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {moment(now)}")
        file.flush()
        yield
