"""A listing in a file, or from a pipe: read as often as it is asked, never held in memory."""

import os
import posixpath
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from verify.errors import CannotRunError
from verify.selection import Entry
from verify.selection.listing.records import Form, Reader, form_of, records_of

Opened = Callable[[], AbstractContextManager[BinaryIO]]


class Listed:
    """A listing of a source, as entries in the order in which it names them.

    Where records say nothing of kinds, a path that others lie below is a folder, and so is one
    written with a slash at its end; `guessed` says so.
    """

    def __init__(self, name: str, opened: Opened) -> None:
        """Given the listing's name for messages and what opens it, look at how it is written.

        Raise `CannotRunError` where it is empty or no listing.
        """
        self.name = name
        self._opened = opened
        with opened() as stream:
            self.form: Form = form_of(name, stream)

    @property
    def guessed(self) -> bool:
        """Whether kinds are told by what lies below a path, because the listing does not say them."""
        return not self.form.typed

    def is_twin(self, source: str) -> bool:  # noqa: ARG002 - as `RealSource.is_twin`
        """Return False: a listing does not tell."""
        return False

    def __iter__(self) -> Iterator[Entry]:
        reader = Reader(self.name, self.form)
        with self._opened() as stream:
            numbered = enumerate(records_of(stream, self.form.separator), start=1)
            yield from self._typed(reader, numbered) if self.form.typed else self._untyped(reader, numbered)

    def _typed(self, reader: Reader, numbered: "Iterator[tuple[int, bytes]]") -> Iterator[Entry]:
        """Yield the entries. Raise `CannotRunError` for a path in what is listed as no folder."""
        folder, last = b"", b""
        for number, record in numbered:
            entry = reader.entry(number, record)
            path = entry.path
            # What is in a thing that is no folder follows right behind it in every order that
            # `select` takes, so the last of these is enough to remember.
            if last and path.startswith(last + b"/"):
                reader.refuse(number, record, f"is in {last.decode(errors='backslashreplace')!r}, which is no folder",
                              "list the source again")  # fmt: skip
            if path == last and last and path != folder:
                reader.refuse(number, record, "is there twice", "list each path once")
            if entry.kind == "dir":
                folder = path
            last = b"" if entry.kind == "dir" else path
            yield entry

    def _untyped(self, reader: Reader, numbered: "Iterator[tuple[int, bytes]]") -> Iterator[Entry]:
        folders = self._folders(reader)
        last = None
        for number, record in numbered:
            path = reader.path(number, record, record.removesuffix(b"/"))
            if path == last:
                reader.refuse(number, record, "is there twice", "list each path once")
            last = path
            yield Entry(path, "dir" if path in folders or record.endswith(b"/") else "file")

    def _folders(self, reader: Reader) -> frozenset[bytes]:
        """Return the folders of the paths, which takes a pass of its own: a listing may be sorted anyhow."""
        folders = {b""}
        with self._opened() as stream:
            for number, record in enumerate(records_of(stream, self.form.separator), start=1):
                folder = posixpath.dirname(reader.path(number, record, record.removesuffix(b"/")))
                while folder not in folders:
                    folders.add(folder)
                    folder = posixpath.dirname(folder)
        return frozenset(folders)


def listed_file(path: Path) -> Listed:
    """Given a file that holds a listing, return the listing. Raise `CannotRunError` if it can't be read."""
    try:
        with path.open("rb") as stream:
            if not stream.seekable():  # a named pipe, or <(find …): it can be read once
                return listed_stream(str(path), stream)
        return Listed(str(path), lambda: path.open("rb"))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotRunError(f"the listing {path} cannot be read ({reason}): name a file that can") from None


def listed_stream(name: str, stream: BinaryIO) -> Listed:
    """Given a listing from a pipe and its name for messages, return it; its text goes into a temporary file."""
    with tempfile.TemporaryFile(prefix="duplicity-verify-listing-") as kept:
        shutil.copyfileobj(stream, kept)
        kept.flush()
        # By its descriptor, for the file has no name that a killed run could leave behind.
        descriptor = os.dup(kept.fileno())
    opened = Path(f"/proc/self/fd/{descriptor}")
    try:
        listed = Listed(name, lambda: opened.open("rb"))
    except CannotRunError:
        os.close(descriptor)
        raise
    weakref.finalize(listed, os.close, descriptor)
    return listed
