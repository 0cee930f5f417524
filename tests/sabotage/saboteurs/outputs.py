"""Saboteurs of what a command says: listings, comparisons, statistics, exit codes."""

from __future__ import annotations

import re
import sys

from calls import BACKUPS, VERBS, Call
from hooks import ended, instead, said

RESTORE, LIST, VERIFY = "restore", "list-current-files", "verify"
LINE = re.compile(rb"^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4} ", re.MULTILINE)


@instead("listing", "output")
def list_from_a_stale_cache(call: Call) -> int:
    """What was listed first of a destination is listed ever after."""
    if call.verb != LIST:
        return call.run()
    cache, (code, text) = call.kept("listing"), call.said()
    if not cache.exists():
        cache.write_bytes(text)
    call.hit() if text != cache.read_bytes() else None
    return sys.stdout.buffer.write(cache.read_bytes()) and code


@said("listing", LIST)
def drop_a_line(text: bytes) -> bytes:
    """One line of a listing is missing."""
    starts = [found.start() for found in LINE.finditer(text)]
    return text[: starts[1]] + text[starts[2] :] if len(starts) > 2 else text


@said("listing", LIST)
def list_what_is_not_there(text: bytes) -> bytes:
    """A listing names a file that was never there."""
    starts = [found.start() for found in LINE.finditer(text)]
    return text + b"Mon Jan  1 00:00:00 2024 never was\n" if starts else text


@said("selection-as-predicted", LIST)
def list_a_stranger(text: bytes) -> bytes:
    """A listing of the job's backup names a file that no rule is about, and that was never there."""
    return text + b"Mon Jan  1 00:00:00 2024 not/there\n" if LINE.search(text) else text


@said("listing", LIST)
def print_names_as_text(text: bytes) -> bytes:
    """A name that is no UTF-8 is listed with question marks."""
    return text.decode(errors="replace").encode()


@said("listing", LIST)
def end_a_listing_early(text: bytes) -> bytes:
    """A listing ends after its first half."""
    starts = [found.start() for found in LINE.finditer(text)]
    return text[: starts[len(starts) // 2]] if len(starts) > 2 else text


@said("verify-agrees", VERIFY)
def find_no_difference(text: bytes) -> bytes:
    """`verify` always says that it found no difference."""
    return re.sub(rb"compared, \d+ difference", b"compared, 0 difference", text)


@said("verify-agrees", VERIFY)
def find_a_difference(text: bytes) -> bytes:
    """`verify` always says that it found a difference."""
    return re.sub(rb"compared, \d+ difference", b"compared, 1 difference", text)


@said("statistics-true", *BACKUPS)
def count_a_file_more(text: bytes) -> bytes:
    """The statistics count one file more than there are."""
    return re.sub(rb"(SourceFiles )(\d+)", lambda found: found[1] + b"%d" % (int(found[2]) + 1), text)


@said("statistics-true", *BACKUPS)
def count_no_change(text: bytes) -> bytes:
    """The statistics never count a changed file."""
    return re.sub(rb"(ChangedFiles )(\d+)", rb"\g<1>0", text)


@said("statistics-true", *BACKUPS)
def print_no_statistics(text: bytes) -> bytes:
    """The statistics are not printed."""
    return re.sub(rb"-+\[ Backup Statistics \]-+.*?\n-+\n", b"", text, flags=re.DOTALL)


@ended("exit-codes-honest", *BACKUPS)
def say_that_a_backup_succeeded(code: int) -> int:
    """A backup that failed ends with exit code 0."""
    return 0


@ended("exit-codes-honest", RESTORE)
def say_that_a_restore_succeeded(code: int) -> int:
    """A restore that failed ends with exit code 0."""
    return 0


@ended("exit-codes-honest", LIST)
def say_that_a_listing_succeeded(code: int) -> int:
    """A listing that failed ends with exit code 0."""
    return 0


@ended("damage-noticed", *VERBS)
def say_that_all_went_well(code: int) -> int:
    """Whatever fails ends with exit code 0."""
    return 0


@instead("rerun-recovers", "exit code")
def do_it_once(call: Call) -> int:
    """A backup that was interrupted is not taken again: it is said that it was."""
    return _once(call)


@instead("network-recovers", "exit code")
def try_it_once(call: Call) -> int:
    """A backup that a fault of the network interrupted is not taken again: it is said that it was."""
    return _once(call)


def _once(call: Call) -> int:
    mark = call.kept(call.verb)
    if call.verb not in BACKUPS or not mark.exists():
        mark.touch()
        return call.run()
    call.hit()
    return 0


@ended("verify-agrees", VERIFY)
def say_that_all_is_as_it_was(code: int) -> int:
    """`verify` ends with exit code 0, whatever it found."""
    return 0


@ended("command-succeeds", *BACKUPS)
def say_that_a_backup_failed(code: int) -> int:
    """A backup that succeeded ends with exit code 1."""
    return code or 1


@ended("command-succeeds", RESTORE)
def say_that_a_restore_failed(code: int) -> int:
    """A restore that succeeded ends with exit code 30."""
    return code or 30


@instead("refused-without-traceback", "output")
def fail_with_a_traceback(call: Call) -> int:
    """A command that fails prints a traceback."""
    code = call.run()
    if code:
        print("Traceback (most recent call last):", file=sys.stderr, flush=True)
        call.hit()
    return code
