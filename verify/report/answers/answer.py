"""What a command answers on standard output, while the run that finds it out is told on standard error.

Nothing is printed before the answer is complete: half of one could be taken for a whole one. Lists
of paths go into temporary files until then, for there may be millions.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from verify.errors import CannotRunError
from verify.report.json_report import report_of
from verify.report.screen.marks import IN_JSON, printable_on
from verify.selection.listing import STANDARD_INPUT, Listed, RealSource
from verify.selection.printing import printable

if TYPE_CHECKING:
    from verify.report.outcome import Run

NAME = "verify-answer"  # by which tests ask pytest's plugin manager for it
UNREADABLE = 10  # unreadable paths that are shown
_IN_MEMORY = 1 << 20  # bytes


class PathList:
    """A list of JSON values that may be too long to hold."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - lives until it is printed
            _IN_MEMORY, "w+", encoding="utf-8", prefix="duplicity-verify-answer-"
        )
        self._empty = True

    def add(self, value: Any) -> None:
        """Given a value, append it."""
        try:
            self._file.write(("\n" if self._empty else ",\n") + json.dumps(value, ensure_ascii=False))
        except OSError as error:
            raise CannotRunError(
                f"the answer does not fit into {tempfile.gettempdir()} ({error.strerror}): set TMPDIR to a larger disk"
            ) from None
        self._empty = False

    def print_to(self, stream: IO[str]) -> None:
        """Write the list as a JSON array."""
        self._file.seek(0)
        stream.write("[")
        shutil.copyfileobj(self._file, stream)
        stream.write("]" if self._empty else "\n]")


class Answer:
    """A command's answer, filled by the tests that find it out. `stdin` is the command's standard input."""

    def __init__(self, form: str) -> None:
        self.__name__ = NAME  # pytest's plugin manager knows a plugin by it
        self.form = form
        self.stdin: BinaryIO | None = None

    @contextlib.contextmanager
    def standard_input(self, listing: str | None) -> Iterator[None]:
        """Keep standard input for the tests if --listing names it; pytest takes it from them."""
        if listing != STANDARD_INPUT:
            yield
            return
        with os.fdopen(os.dup(0), "rb") as self.stdin:
            yield

    def document(self) -> dict[str, Any]:
        """Return the answer as a JSON object; a `PathList` stands for its values. Empty if there is none."""
        raise NotImplementedError

    def table(self) -> Iterator[str]:
        """Yield the answer's lines for people; none if there is no answer."""
        raise NotImplementedError

    def print(self) -> None:
        """Write the answer to standard output; who reads only its beginning is no error."""
        try:
            if self.form == "json":
                printable_on(sys.stdout, IN_JSON)
                print_json(self.document(), sys.stdout)
            else:
                sys.stderr.write("\n")  # where both are one terminal, the run ends above
                sys.stdout.writelines(f"{line}\n" for line in self.table())
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its end


class ReportAnswer(Answer):
    """The answer of a command whose answer is its report: what report.json holds."""

    def __init__(self) -> None:
        super().__init__("json")
        self.run: Run | None = None  # once it has ended

    def document(self) -> dict[str, Any]:
        """Return the report."""
        return report_of(self.run) if self.run else {}


def print_json(document: dict[str, Any], stream: IO[str]) -> None:
    """Given a JSON object whose values may be a `PathList`, write it; nothing if it is empty."""
    for number, (name, value) in enumerate(document.items()):
        stream.write(f"{',' if number else '{'}\n{json.dumps(name)}: ")
        _print_value(value, stream)
    if document:
        stream.write("\n}\n")


def _print_value(value: Any, stream: IO[str]) -> None:
    if isinstance(value, PathList):
        value.print_to(stream)
    elif _holds_lists(value):
        stream.write("[")
        for number, each in enumerate(value):
            stream.write(",\n" if number else "\n")
            print_json(each, stream)
        stream.write("]")
    else:
        json.dump(value, stream, ensure_ascii=False)


def _holds_lists(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(each, dict) and any(isinstance(one, PathList) for one in each.values()) for each in value
    )


def first_and_more(lines: Iterable[str], shown: int, what: str) -> Iterator[str]:
    """Given lines, yield the first of them, and how many more of what there are."""
    more = 0
    for number, line in enumerate(lines):
        if number < shown:
            yield line
        else:
            more += 1
    if more:
        yield f"and {more:,} more {what}"


def notes_of(listing: Listed | RealSource) -> Iterator[str]:
    """Given a listing that was gone through, yield what to know of it beside the answer."""
    if isinstance(listing, RealSource) and listing.unreadable:
        said = (f"{printable(path)} ({why})" for path, why in sorted(listing.unreadable.items()))
        yield (
            "this user cannot read these, and the job is taken to run as this user:"
            f" {', '.join(first_and_more(said, UNREADABLE, 'paths'))}"
        )
    if listing.guessed:
        yield "the listing says no types: a path with others below it is taken as a folder, any other as a file"
