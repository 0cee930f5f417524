"""What can be seen of a destination without duplicity: what lies there, how large it is, and what it hashes to.

A view has no method that writes or deletes. What it downloads is counted.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from verify.archive.sets import Object

AT_ONCE = 4  # downloads
SLOWEST = 100_000  # bytes a second that a download has at least


class RefusedError(Exception):
    """The destination answers, and refuses: `got` says what, `hint` what to do about it."""

    def __init__(self, got: str, hint: str) -> None:
        super().__init__(got)
        self.got, self.hint = got, hint


class OptionsRefusedError(RefusedError):
    """duplicity refuses the job's own options, so that nothing was asked of the destination."""


# An object's hexadecimal digest and how many bytes it has; why there is none; None where the time was up before.
Hashed = tuple[str, int] | RefusedError | FileNotFoundError | None


class View(ABC):
    """What can be seen of a destination.

    Its methods raise `RefusedError`, `CannotRunError` where nothing answers, and FileNotFoundError
    for an object that is gone.
    """

    seen_by = ""  # what looks, where it is no client of ours
    downloaded: int  # bytes, so far

    @abstractmethod
    def objects(self) -> list[Object]:
        """Return what lies at the destination itself, not in folders of it."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return an object's bytes: for small ones."""

    @abstractmethod
    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return an object's hexadecimal digest, and how many bytes it has."""

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield an object's bytes in pieces, so that it need not fit into memory where the kind can do without that."""
        yield self.read(name)

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of each of these objects that is there."""
        found = {}
        for name in names:
            try:
                found[name] = self.read(name)
            except FileNotFoundError:  # removed since it was listed
                continue
        return found

    def digests(self, wanted: Sequence[tuple[str, str]], deadline: float) -> Iterator[tuple[str, Hashed]]:
        """Given names, each with an algorithm, yield what each object hashes to, in any order.

        What is not begun by the deadline (monotonic seconds) is not downloaded.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            hashed = pool.map(lambda each: self._hashed(each[0], each[1], deadline), wanted)
            yield from ((name, found) for (name, _), found in zip(wanted, hashed, strict=True))

    def told_digests(self, names: Sequence[str], algorithm: str, deadline: float) -> Mapping[str, str]:  # noqa: ARG002
        """Return hexadecimal digests that the server itself makes of objects, of those that it does by a deadline.

        Nothing is downloaded for that. Most kinds cannot.
        """
        return {}

    def _hashed(self, name: str, algorithm: str, deadline: float) -> Hashed:
        if time.monotonic() > deadline:
            return None
        try:
            return self.digest(name, algorithm)
        except (RefusedError, FileNotFoundError) as error:
            return error


@dataclass(frozen=True, slots=True)
class NoView:
    """Why a destination cannot be looked at except through duplicity.

    `hides` says whether what duplicity lists may hide that something is lost: of mirrors, it lists what any has.
    """

    why: str
    hides: bool = False
