r"""The records of a listing: how they are separated, what they consist of, and what is wrong with one.

A record is a path relative to the source, alone or with type, size and mtime behind it, separated
by tabs: what `find -printf '%P\t%y\t%s\t%T@\0'` prints. The first record decides which of these
all of them are.
"""

import codecs
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from verify.errors import CannotRunError
from verify.selection import Entry

FIND = "find SOURCE -printf '%P\\t%y\\t%s\\t%T@\\0'"
_CHUNK = 1 << 20  # bytes
_KINDS = {
    b"f": "file", b"d": "dir", b"l": "symlink", b"p": "fifo", b"s": "socket", b"c": "char", b"b": "block",
}  # fmt: skip
_NUMBER = rb"-?\d+(?:\.\d+)?"
_SHAPES = (  # by the number of fields behind the path; the longest first
    (3, re.compile(rb"\t[a-zA-Z?]\t\d+\t" + _NUMBER, re.DOTALL)),
    (2, re.compile(rb"\t[a-zA-Z?]\t\d+", re.DOTALL)),
    (1, re.compile(rb"\t[a-zA-Z?]", re.DOTALL)),
)
_ODD_PART = re.compile(rb"(?:\A|/)\.{0,2}(?:/|\Z)")  # "", "." or ".."


@dataclass(frozen=True, slots=True)
class Form:
    """How a listing is written: what ends a record, and how many fields stand behind the path."""

    separator: bytes
    fields: int

    @property
    def typed(self) -> bool:
        """Whether records say of what kind their paths are."""
        return self.fields > 0


def form_of(name: str, stream: BinaryIO) -> Form:
    """Given a listing's name and itself, from its start on, return how it is written.

    Raise `CannotRunError` where it is empty or cannot be one.
    """
    head = stream.read(_CHUNK)
    if not head:
        raise CannotRunError(f"{name} is empty, so it says nothing: list the source with {FIND}")
    separator = b"\0" if b"\0" in head else b"\n"
    first = head.partition(separator)[0]
    if first.endswith(b"\r"):
        raise CannotRunError(f"{name} has Windows line ends: write it with {FIND}")
    form = Form(separator, next((count for count, shape in _SHAPES if _ends(shape, first)), 0))
    if not form.typed and _is_utf16(head):
        raise CannotRunError(f"{name} is UTF-16: save the names as the source has them, byte for byte ({FIND})")
    return form


def _is_utf16(head: bytes) -> bool:
    # Names may begin with the bytes of a mark, and four of one letter, a NUL each, look like text:
    # only a line's end of two bytes tells.
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return (marked or head[1:8:2] == b"\0\0\0\0") and (b"\n\0" in head or b"\0\n" in head)


def _ends(shape: re.Pattern[bytes], record: bytes) -> bool:
    tabs = [at for at, byte in enumerate(record) if byte == 9]  # noqa: PLR2004 - a tab
    return any(shape.fullmatch(record, at) for at in tabs)


def records_of(stream: BinaryIO, separator: bytes) -> Iterator[bytes]:
    """Given a listing from its start on, yield its records; the last one may lack its separator."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(separator)
        yield from whole
    if rest:
        yield rest


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads records of one form. `name` is the listing's, for messages."""

    name: str
    form: Form

    def entry(self, number: int, record: bytes) -> Entry:
        """Given a record and its number (from 1), return what it says; kind "file" where it says none.

        Raise `CannotRunError` where it is not of the form.
        """
        fields: list[bytes] = record.rsplit(b"\t", self.form.fields) if self.form.fields else [record]
        if len(fields) != self.form.fields + 1:
            self.refuse(number, record, "does not have the fields of the first one", f"list all paths alike ({FIND})")
        path, *rest = fields
        kind = self._kind(number, record, rest[0]) if rest else "file"
        size = self._number(number, record, rest[1]) if len(rest) > 1 else 0
        mtime = self._number(number, record, rest[2]) if len(rest) > 2 else 0  # noqa: PLR2004 - the third field
        return Entry(self.path(number, record, path), kind, int(size), mtime)

    def path(self, number: int, record: bytes, written: bytes) -> bytes:
        """Given a path as written, return it relative to the source, b"" for the source itself."""
        path = written
        if path.startswith(b"/"):
            self.refuse(number, record, "is an absolute path", f"list paths relative to the source ({FIND})")
        if path in {b".", b"./"}:
            return b""
        path = path.removeprefix(b"./")
        if path and _ODD_PART.search(path):
            self.refuse(
                number, record, "has a part that is empty, '.' or '..'", f"list the source from within ({FIND})"
            )
        if not path and not self.form.typed:
            self.refuse(number, record, "names no path", "remove the empty line")
        return path

    def _kind(self, number: int, record: bytes, letter: bytes) -> str:
        kind = _KINDS.get(letter)
        if kind is None:
            self.refuse(
                number, record, f"has the type {_shown(letter)!r}", "use one of f, d, l, p, s, c, b, as find's %y"
            )
        return kind

    def _number(self, number: int, record: bytes, text: bytes) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.refuse(number, record, f"has the number {_shown(text)!r}", f"list sizes and times as {FIND} does")
        return value

    def refuse(self, number: int, record: bytes, what: str, do: str) -> NoReturn:
        """Raise `CannotRunError` that says what is wrong with a record, and what to do."""
        kind = "line" if self.form.separator == b"\n" else "record"
        raise CannotRunError(f"{self.name}: {kind} {number:,} ({_shown(record)!r}) {what}: {do}")


def _shown(text: bytes) -> str:
    long = 80
    return text[:long].decode("utf-8", "backslashreplace") + ("…" if len(text) > long else "")
