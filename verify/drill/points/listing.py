"""What duplicity lists of a point: paths and times, read from what it printed each time they are gone through."""

import calendar
import re
from collections.abc import Iterator

from verify.trees.model import path_key

_LINE = re.compile(rb"^[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4,}) ", re.MULTILINE)
_END = re.compile(rb"(?:\nDuplicity backup complete\.)?\n?\Z")
_TAIL = 100  # bytes at the end of a listing that its last words are looked for in
_MONTHS = {name.encode(): number for number, name in enumerate(calendar.month_abbr) if name}


class Listing:
    """A listing, by what `list-current-files` printed where the local time was UTC.

    Iterated, it gives (path, modification time in seconds since the epoch) in path order, the root
    as `b""`. A name may hold newlines, so a path ends where the next line begins with a date.
    """

    def __init__(self, printed: bytes) -> None:
        self._printed = printed
        self._is_sorted = True
        self._length, self.leaves, self._is_sorted = self._looked_through()
        if not self._is_sorted:
            self._length, self.leaves, _ = self._looked_through()

    def _looked_through(self) -> tuple[int, int, bool]:
        """Return how many paths there are, how many of them nothing is below, and whether they came in path order."""
        length = leaves = 0
        before, key_before, in_order = b"", b"", True
        for path, _ in self:
            key = path_key(path)
            length += 1
            leaves += bool(before) and not path.startswith(before + b"/")
            in_order = in_order and key_before <= key
            before, key_before = path, key
        return length, leaves + bool(before), in_order

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        if self._is_sorted:  # no release is known that lists otherwise, but a walk beside it would go wrong
            return self._entries()
        return iter(sorted(self._entries(), key=lambda each: path_key(each[0])))

    def __len__(self) -> int:
        return self._length

    def _entries(self) -> Iterator[tuple[bytes, int]]:
        days: dict[tuple[bytes, bytes], int] = {}
        before: re.Match[bytes] | None = None
        for found in _LINE.finditer(self._printed):
            if before:
                yield _path(self._printed[before.end() : found.start() - 1]), _time(before, days)
            before = found
        if before:
            yield _path(self._printed[before.end() : self._end()]), _time(before, days)

    def _end(self) -> int:
        found = _END.search(self._printed, max(0, len(self._printed) - _TAIL))
        return found.start() if found else len(self._printed)


def _path(text: bytes) -> bytes:
    return b"" if text == b"." else text


def _time(found: re.Match[bytes], days: dict[tuple[bytes, bytes], int]) -> int:
    day = days.get((found[1], found[5]))
    if day is None:
        month, number = found[1].split()
        day = days[found[1], found[5]] = calendar.timegm((int(found[5]), _MONTHS[month], int(number), 0, 0, 0))
    return day + int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4])
