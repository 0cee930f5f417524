"""What is wrong with a volume, or with one path in it."""

from dataclasses import dataclass

from verify.trees.printing import printable


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a part of a set could not be read: which object, which path in it where it is about one, and what is wrong.

    `set_number` counts the sets of the chain from 0. `unread` says that it may well be good: it could not be fetched,
    or not decrypted with what we have. `path` is None where it is about the object itself.
    """

    set_number: int
    object_name: str
    got: str
    path: bytes | None = None
    hint: str = ""
    unread: bool = False

    def __str__(self) -> str:
        where = "" if self.path is None else f", {printable(self.path) or '.'}"
        return f"{self.object_name}{where}: {self.got}"


class DamagedError(Exception):
    """What is there is not what duplicity writes; `str(self)` says in which way."""


class UnreadError(Exception):
    """Something could not be read, and may be good: `str(self)` says why, `hint` what to do about it."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


class UnfetchedError(UnreadError):
    """An object that could not be fetched: of its bytes nothing is known."""
