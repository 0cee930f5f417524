"""What the files named by --include-filelist, --exclude-filelist and --files-from say."""

import posixpath
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from verify.errors import CannotRunError
from verify.selection.errors import ABSOLUTE_FILES_FROM, CRASH, EMPTY_FILES_FROM, RuleError


class FilelistLine(NamedTuple):
    """A pattern of a filelist: the line it stands on (from 1), what it is, and which way it goes."""

    number: int
    pattern: str
    include: bool


def text_of(name: str, data: bytes) -> str:
    """Given a list's bytes, return its text. Raise `RuleError` where it is no UTF-8.

    Carriage returns become newlines, with --null-separator too: duplicity opens lists in text mode.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RuleError(CRASH, f"The list {name} is not UTF-8 at byte {error.start}.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, separator: str, *, include: bool) -> Iterator[FilelistLine]:
    """Given a filelist's text, yield its patterns; `include` is the way of lines without + or -.

    White space around a line, blank lines and comment lines go; then a leading "+ " or "- " turns
    the line's way, and one pair of quotes around what is left goes (man page, FILE SELECTION; the
    quotes are CHANGELOG commit a1c6bea8).
    """
    for number, raw in enumerate(text.split(separator), start=1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        way = {"+ ": True, "- ": False}.get(line[:2])
        pattern = _unquoted(line if way is None else line[2:])
        if pattern:
            yield FilelistLine(number, pattern, include if way is None else way)


def _unquoted(text: str) -> str:
    # A lone quote is its own pair for duplicity, and so an empty pattern, which is skipped.
    quoted = text[:1] in {"'", '"'} and text[-1:] == text[:1]
    return text[1:-1] if quoted else text


def named_by(name: str, text: str, separator: str) -> frozenset[bytes]:
    """Given the text of a --files-from list, return the paths it names and their folders.

    "It is not necessary to include the parent directory of listed files, their inclusion is
    implied. However, the content of any explicitly listed directories is not implied." (man page)
    Raise `RuleError` where duplicity refuses the list.
    """
    named: set[str] = set()
    for line in filter(None, text.split(separator)):
        if line.startswith("/"):
            raise RuleError(ABSOLUTE_FILES_FROM, f"The list {name} holds the absolute path {line}.")
        if "\0" in line:
            raise RuleError(CRASH, f"The list {name} holds a NUL, and --null-separator is not given.")
        named.update(_with_folders(name, line))
    if not named:
        raise RuleError(EMPTY_FILES_FROM, f"The list {name} names no files.")
    return frozenset(path.encode() for path in named)


def _with_folders(name: str, line: str) -> Iterator[str]:
    parts = [part for part in line.split("/") if part]
    if line.endswith("/") or {".", ".."} & set(parts):
        # duplicity stores such a path as it is spelt, a second time and even from outside the source.
        raise CannotRunError(
            f"The list {name} names {line!r}; write it without '.', '..' and a slash at its end, as"
            " duplicity would store it under exactly that name."
        )
    return accumulate(parts, posixpath.join)
