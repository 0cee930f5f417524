"""The versions of each path along a chain: what its sets say of it, put together."""

import hashlib
import heapq
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from verify.archive.reader.damage import Damage, DamagedError, UnreadError
from verify.archive.reader.deltas import patched
from verify.archive.reader.elements import Ahead, BrokenPathError, Element, SetElements
from verify.archive.reader.scratch import Scratch, Spool
from verify.onsite.blocks import DIGEST_SIZE
from verify.trees.inventory import Seen
from verify.trees.model import SECOND, path_key

LOST = "ELOST"  # the problem of a path that is there, or not, at a point: what says so could not be read
Version = tuple[Any, ...] | None  # the fields of a `Seen` after the path; None where nothing is at the path
Row = tuple[bytes, tuple[tuple[int, Version], ...]]  # a path, and from which set on it has which version


class Merge:
    """Goes through all sets of a chain side by side, path by path, so that each volume is read once."""

    def __init__(
        self, sets: Sequence[SetElements], names: Sequence[str], report: Callable[[Damage], None], scratch: Scratch
    ) -> None:
        """Given what the sets say, in their order, and the names that what is wrong with them is reported under."""
        self._sets, self._names, self._report, self._scratch = sets, names, report, scratch

    def rows(self) -> Iterator[Row]:
        """Yield all paths in path order, each with its versions; a path that no set says anything of has none."""
        streams = [iter(each) for each in self._sets]
        heads: list[tuple[bytes, bool, int]] = []  # what is ahead comes before the elements of the same path
        waiting: list[Element | Ahead | None] = [None] * len(streams)

        def advance(number: int) -> None:
            waiting[number] = head = next(streams[number], None)
            if head:
                heapq.heappush(heads, (path_key(head.path), isinstance(head, Element), number))

        for number in range(len(streams)):
            advance(number)
        while heads:
            key, is_element, number = heapq.heappop(heads)
            numbers = [number]
            while is_element and heads and heads[0][:2] == (key, True):
                numbers.append(heapq.heappop(heads)[2])
            said = {each: head for each in numbers if isinstance(head := waiting[each], Element)}
            if said:
                yield self._row(key, said)
            for each in numbers:
                advance(each)

    def _row(self, key: bytes, said: dict[int, Element]) -> Row:
        path = next(iter(said.values())).path
        state = _State(path, self._scratch)
        try:
            for number, each in enumerate(self._sets):
                if number in said:
                    needed = _is_patched(said, number)
                    self._take(state, number, said[number], needed=needed)
                elif each.lost and each.is_lost(key):
                    state.lose(number)
        finally:
            state.close()
        return path, tuple(state.versions)

    def _take(self, state: "_State", number: int, element: Element, *, needed: bool) -> None:
        try:
            state.take(number, element, needed=needed)
        except BrokenPathError:
            state.lose(number)
        except (DamagedError, UnreadError) as error:
            unread = isinstance(error, UnreadError)
            hint = getattr(error, "hint", "")
            self._report(Damage(number, self._names[number], str(error), element.path, hint, unread))
            state.lose(number)


def _is_patched(said: dict[int, Element], number: int) -> bool:
    """Return whether the next set that says something of the path patches what this one makes."""
    return next((each.change == "diff" for later, each in sorted(said.items()) if later > number), False)


class _State:
    """What is known of one path while its sets are gone through."""

    def __init__(self, path: bytes, scratch: Scratch) -> None:
        self._path, self._scratch = path, scratch
        self._basis: Spool | None = None  # the content of the newest version, where the next set needs it
        self._is_lost = False
        self.versions: list[tuple[int, Version]] = []

    def lose(self, number: int) -> None:
        """Note that from a set on it is not known what is at the path."""
        self.close()
        self._is_lost = True
        self.versions.append((number, _lost()))

    def close(self) -> None:
        """Give back what was kept for the next version."""
        if self._basis:
            self._basis.close()
        self._basis = None

    def take(self, number: int, element: Element, *, needed: bool) -> None:
        """Note what a set says; `needed` is whether the next one patches it.

        Raise `DamagedError` where it makes no sense, and `BrokenPathError` where it was lost.
        """
        if element.change == "diff" and self._is_lost:
            for _ in element.pieces:
                pass
            return  # it is not known what it is a difference to
        member = element.member
        if element.change == "deleted":
            self.close()
            version: Version = None
        elif not stat.S_ISREG(member.st_mode):
            self.close()
            version = _seen(element, 0, b"")
        else:
            version = _seen(element, *self._content(element, needed=needed))
        self._is_lost = False
        self.versions.append((number, version))

    def _content(self, element: Element, *, needed: bool) -> tuple[int, bytes]:
        """Return a file's size and digest, and keep its content where the next set needs it."""
        basis, self._basis = self._basis, None
        kept = self._scratch.spool() if needed else None
        try:
            pieces = patched(element.pieces, basis) if element.change == "diff" else element.pieces
            size, hashed = 0, hashlib.sha256()
            for piece in pieces:
                size += len(piece)
                hashed.update(piece)
                if kept:
                    kept.write(piece)
        except BaseException:
            if kept:
                kept.close()
            raise
        finally:
            if basis:
                basis.close()
        self._basis = kept
        return size, hashed.digest()[:DIGEST_SIZE]


def _seen(element: Element, size: int, digest: bytes) -> Version:
    each = element.member
    seen = Seen(
        element.path, each.st_mode, each.uid, each.gid, each.mtime * SECOND, size, digest, each.target, each.rdev,
        (), None, "",
    )  # fmt: skip
    return tuple(seen)[1:]


def _lost() -> Version:
    return tuple(Seen(b"", stat.S_IFREG, 0, 0, 0, 0, b"", b"", 0, (), None, LOST))[1:]
