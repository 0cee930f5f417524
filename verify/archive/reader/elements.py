"""The elements of a set: what it says of each path, in path order, out of the members of its volumes."""

import contextlib
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from verify.archive.reader.damage import Damage, DamagedError, UnreadError
from verify.archive.reader.members import TarMember, members_of
from verify.archive.reader.volumes import SetVolume, Volumes
from verify.trees.model import path_key
from verify.trees.printing import printable

if TYPE_CHECKING:
    from verify.archive.reader.scratch import Spool

Change = Literal["snapshot", "diff", "deleted"]

_WHOLE: dict[bytes, Change] = {b"snapshot": "snapshot", b"diff": "diff", b"deleted": "deleted"}
_PARTS: dict[bytes, Change] = {b"multivol_snapshot": "snapshot", b"multivol_diff": "diff"}
_PART = re.compile(rb"(.*)/(\d{1,18})", re.DOTALL)
FULL_PART = 64 * 1024  # bytes: a part that has fewer is a file's last
PIECE = 1 << 20  # bytes that are read at once


class BrokenPathError(Exception):
    """The element of this path cannot be read; what is wrong with it was reported."""


class NamedMember(NamedTuple):
    """A member as duplicity means it; `part` counts from 1, and is 0 where the member is all of the element."""

    change: Change
    path: bytes
    part: int
    member: TarMember


@dataclass(frozen=True, slots=True)
class Element:
    """What a set says of one path. `pieces` are the bytes of the file or of the difference, to be taken at once."""

    change: Change
    path: bytes
    member: TarMember
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Ahead:
    """No element yet, but what comes next: a volume that begins with this path, still to be opened."""

    path: bytes


class SetElements:
    """Reads the volumes of a set. `lost` are the first and last sort keys of what could not be used.

    `good` are the volumes that were read to their end, and hold what their manifest says.
    """

    def __init__(self, volumes: Sequence[SetVolume], source: Volumes, report: Callable[[Damage], None]) -> None:
        """Given the set's volumes in their order, read them from a source, and report what is wrong."""
        self._left = list(reversed(volumes))
        self._source, self._report = source, report
        self._volume: SetVolume | None = None  # that is open
        self._spool: Spool | None = None
        self._entries: Iterator[NamedMember] = iter(())
        self._next: NamedMember | None = None
        self._seen: list[bytes] = []  # the first and the last path in the volume, as far as it was read
        self._key: bytes | None = None  # of the newest element
        self._broken: bytes | None = None  # the key of an element that was given up
        self.lost: list[tuple[bytes, bytes]] = []
        self.good: list[SetVolume] = []

    def __iter__(self) -> Iterator[Element | Ahead]:
        """Yield the elements in path order, and before a volume is opened the path that it begins with."""
        while self._volume or self._left:
            if self._volume is None:
                yield Ahead(self._left[-1].volume.first)
                self._open()
            elif (entry := self._peek()) is None:
                self._end_volume()
            elif element := self._element(entry):
                yield element
                with contextlib.suppress(BrokenPathError):
                    for _ in element.pieces:
                        pass  # what nobody took

    def is_lost(self, key: bytes) -> bool:
        """Return whether what the set says of a path, by its sort key, may have been in what could not be used."""
        return any(first <= key <= last for first, last in self.lost)

    def close(self) -> None:
        """Give back what is open."""
        if self._spool:
            self._spool.close()
        self._volume = self._spool = self._next = None

    def _open(self) -> None:
        """Open the next volume; what is wrong with it is reported."""
        self._volume = volume = self._left.pop()
        self._seen = []
        try:
            self._spool = spool = self._source.open(volume)
        except (DamagedError, UnreadError) as error:
            self._lose(error)
        else:
            self._entries = map(_entry, members_of(spool))

    def _lose(self, error: DamagedError | UnreadError) -> None:
        """Give up the volume that is open: what was not read by now is lost."""
        if self._volume is None:
            return
        named = self._volume.volume
        self.lost.append((path_key(named.first), path_key(named.last)))
        self._tell(str(error), hint=getattr(error, "hint", ""), unread=isinstance(error, UnreadError))
        self.close()

    def _tell(self, got: str, path: bytes | None = None, *, hint: str = "", unread: bool = False) -> None:
        if self._volume:
            self._report(Damage(self._volume.set_number, self._volume.name, got, path, hint, unread))

    def _peek(self) -> NamedMember | None:
        """Return the next member of the volume; None at its end, and where it had to be given up."""
        if self._next is None and self._volume:
            try:
                self._next = next(self._entries, None)
            except DamagedError as error:
                self._lose(error)
        return self._next

    def _take(self, entry: NamedMember) -> NamedMember:
        """Go past the member that comes next."""
        self._next = None
        self._seen = [*self._seen[:1], entry.path]
        return entry

    def _end_volume(self) -> None:
        """Compare the volume that was read with what its manifest says of it."""
        if self._volume is None:
            return
        named = self._volume.volume
        # Where nothing has changed, a volume holds nothing, and its manifest names the root.
        if (self._seen or [b""])[0] != named.first or (self._seen or [b""])[-1] != named.last:
            self._lose(DamagedError("it does not begin and end with the paths that its manifest has"))
            return
        self.good.append(self._volume)
        self.close()

    def _element(self, entry: NamedMember) -> Element | None:
        """Return the element that begins with a member; None where it is of no use, which is reported."""
        key = path_key(entry.path)
        if entry.part > 1 and key == self._broken:
            self._take(entry)  # the rest of what was given up
            return None
        if self._key is not None and key <= self._key:
            self._lose(DamagedError(f"its paths are out of order at {printable(entry.path) or '.'}"))
            return None
        self._key = key
        self._take(entry)
        if entry.part > 1:
            self._give_up(entry.path, f"it begins with part {entry.part}")
            return None
        return Element(entry.change, entry.path, entry.member, self._pieces(entry))

    def _give_up(self, path: bytes, why: str) -> None:
        """Do without what the set says of a path; that is reported unless a lost volume explains it."""
        self._broken = key = path_key(path)
        if not self.is_lost(key):
            self._tell(why, path)
            self.lost.append((key, key))

    def _pieces(self, entry: NamedMember) -> Iterator[bytes]:
        """Yield the bytes of the element that begins with a member, from as many volumes as it is in."""
        while True:
            yield from self._data(entry.member)
            if not entry.part or entry.member.size < FULL_PART:
                return
            following = self._following(entry.path)
            if following is None or following[:3] != (entry.change, entry.path, entry.part + 1):
                self._give_up(entry.path, f"its part {entry.part + 1} is missing")
                raise BrokenPathError
            entry = self._take(following)

    def _data(self, member: TarMember) -> Iterator[bytes]:
        for offset in range(0, member.size, PIECE):
            assert self._spool is not None  # noqa: S101 - an element is read before the next volume is opened
            yield self._spool.read_at(member.offset + offset, min(PIECE, member.size - offset))

    def _following(self, path: bytes) -> NamedMember | None:
        """Return the member that comes next, in the next volume where that goes on with this path."""
        while (entry := self._peek()) is None:
            # The volume that ends here is told of, if it is lost, before the one that follows.
            if not self._left or self._left[-1].volume.first != path:
                return None
            self._end_volume()
            self._open()
        return entry


def _entry(member: TarMember) -> NamedMember:
    """Return what a member's name says. Raise `DamagedError` where duplicity would not have written it."""
    kind, slash, rest = member.name.partition(b"/")
    change, number = _WHOLE.get(kind), 0
    if change is None and (found := _PART.fullmatch(rest)):
        change, rest, number = _PARTS.get(kind), found[1], int(found[2])
        if not number:
            change = None
    if change is None or not slash:
        raise DamagedError(f"a member that duplicity does not write: {printable(member.name)}")
    path = rest.removesuffix(b"/")
    path = b"" if path == b"." else path
    if path and (b"\0" in path or not {b"", b".", b".."}.isdisjoint(path.split(b"/"))):
        raise DamagedError(f"a path that leads out of the backup: {printable(member.name)}")
    if change == "diff" and not stat.S_ISREG(member.st_mode):
        raise DamagedError(f"a difference of what is no file: {printable(member.name)}")
    return NamedMember(change, path, number, member)
