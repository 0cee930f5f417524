"""Copies a folder of this machine to a host, as it is: for a user's own `--source`.

tar was considered: Python's keeps neither nanoseconds nor extended attributes nor every name.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.onsite import copy_out

Record = tuple[Any, ...]


def must_hold_something(source: Path) -> None:
    """Raise `CannotRunError` if a folder cannot be read or is empty: an empty one would prove nothing.

    A source may also be one file.
    """
    if source.is_file():
        return
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
    return copy_out.batches(top, root, refused)
