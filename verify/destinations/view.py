"""What can be seen of a destination without duplicity: what lies there, how large it is, and what it hashes to.

A view has no method that writes or deletes. What it downloads is counted.
"""

from dataclasses import dataclass
from typing import Protocol

from verify.archive.sets import Object


class RefusedError(Exception):
    """The destination answers, and refuses: `got` says what, `hint` what to do about it."""

    def __init__(self, got: str, hint: str) -> None:
        super().__init__(got)
        self.got, self.hint = got, hint


class View(Protocol):
    """What can be seen of a destination.

    Its methods raise `RefusedError`, `CannotRunError` where nothing answers, and FileNotFoundError
    for an object that is gone.
    """

    downloaded: int  # bytes, so far

    def objects(self) -> list[Object]:
        """Return what lies at the destination itself, not in folders of it."""

    def read(self, name: str) -> bytes:
        """Return an object's bytes: for small ones."""

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return an object's hexadecimal digest, and how many bytes it has."""


@dataclass(frozen=True, slots=True)
class NoView:
    """Why a destination cannot be looked at except through duplicity."""

    why: str
