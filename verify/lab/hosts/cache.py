"""The folder that survives a run: what was downloaded or built, and which runs are alive."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verify.errors import CannotRunError


def cache_dir() -> Path:
    """Return the cache's folder, made if absent. Raise `CannotRunError` where it cannot be made."""
    named = os.environ.get("DUPLICITY_VERIFY_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    path = Path(named) if named else Path(base).expanduser() / "duplicity-verify"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRunError(
            f"the cache {path} cannot be made ({error.strerror}): "
            "set DUPLICITY_VERIFY_CACHE to a folder that you can write"
        ) from error
    return path.absolute()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock named by a path, waiting asleep for whoever holds it.

    It ends with the process at the latest. Raise `CannotRunError` where it cannot be made.
    """
    with held(path):
        yield


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Do as `locked`, and give the lock's file descriptor.

    A child that inherits it holds the lock as long as it lives: so nobody meets our half-done work
    while a child of ours, which is dead, still goes on with it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise CannotRunError(
            f"the lock {path} cannot be made ({error.strerror}): "
            "set DUPLICITY_VERIFY_CACHE to a folder that you can write"
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
