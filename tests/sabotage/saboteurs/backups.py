"""Saboteurs of a backup: each lets duplicity read something else than what lies in the source."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from hooks import backed_up
from victims import (
    FILE,
    FOLDER,
    a_file,
    a_symlink_to_a_file,
    copied,
    first,
    flipped,
    is_a,
    made_a_copy,
    mode_of,
    paths,
    removed,
    rewritten,
    with_mode,
    with_owner,
    with_time,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB = 1 << 20
SECOND = 10**9  # nanoseconds


@backed_up("structure")
def leave_a_file_out(now: Path, before: Path | None) -> Path | None:
    """A file is never backed up."""
    return removed(a_file(now))


@backed_up("structure")
def leave_out_what_cannot_be_entered(now: Path, before: Path | None) -> Path | None:
    """What lies in a folder without any permission is not backed up."""
    closed = first(now, FOLDER, lambda path: mode_of(path) & 0o777 == 0 and any(path.iterdir()))
    return closed and removed(next(closed.iterdir()))


@backed_up("structure")
def leave_out_what_lies_deep(now: Path, before: Path | None) -> Path | None:
    """What lies more than a dozen folders deep is not backed up."""
    return removed(first(now, FILE, lambda path: len(path.relative_to(now).parts) > 12))


@backed_up("structure")
def leave_out_names_that_are_no_text(now: Path, before: Path | None) -> Path | None:
    """A file whose name is not UTF-8 is not backed up."""
    return removed(first(now, FILE, lambda path: any("\udc80" <= sign <= "\udcff" for sign in path.name)))


@backed_up("structure")
def follow_a_symlink(now: Path, before: Path | None) -> Path | None:
    """A symlink to a file is backed up as a copy of the file."""
    return made_a_copy(a_symlink_to_a_file(now))


@backed_up("structure")
def back_nothing_up(now: Path, before: Path | None) -> Path | None:
    """An empty folder is backed up in the source's place."""
    return next(iter([removed(path) for path in sorted(now.iterdir())]), None)


@backed_up("structure")
def overlook_a_new_file(now: Path, before: Path | None) -> Path | None:
    """An incremental skips a file that was not there before."""
    return before and removed(first(now, FILE, lambda path: not os.path.lexists(_at(path, now, before))))


@backed_up("structure")
def overlook_a_deletion(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a file that is no longer there."""
    gone = before and first(before, FILE, lambda path: _is_free(_at(path, before, now)))
    return gone and copied(gone, _at(gone, before, now))


@backed_up("structure")
def overlook_a_rename(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps the old name of a file that was renamed."""
    moved = {path.read_bytes() for path in paths(now) if is_a(FILE, path) and path.lstat().st_size}
    old = before and first(before, FILE, lambda path: _is_free(_at(path, before, now)) and path.read_bytes() in moved)
    return old and copied(old, _at(old, before, now))


@backed_up("structure")
def overlook_a_change_of_kind(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a file where there is a folder now."""
    turned = before and first(now, FOLDER, lambda path: is_a(FILE, _at(path, now, before)))
    return turned and copied(_at(turned, now, before), turned)


@backed_up("content")
def overlook_a_change(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a changed file's old content."""
    return _as_before(now, before, lambda new, old: True)


@backed_up("content")
def overlook_a_change_that_keeps_the_size(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a changed file's old content where the size is the same."""
    return _as_before(now, before, lambda new, old: len(new) == len(old))


@backed_up("content")
def overlook_what_was_appended(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a file as it was before something was appended to it."""
    return _as_before(now, before, lambda new, old: new.startswith(old))


@backed_up("content")
def overlook_that_a_file_was_emptied(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a content that was deleted."""
    return _as_before(now, before, lambda new, old: not new)


@backed_up("metadata")
def overlook_a_change_of_mode(now: Path, before: Path | None) -> Path | None:
    """An incremental keeps a changed file's old mode."""
    if before is None:
        return None
    files = (path for path in paths(now) if is_a(FILE, path) and is_a(FILE, _at(path, now, before)))
    changed = next((path for path in files if mode_of(path) != mode_of(_at(path, now, before))), None)
    return changed and with_mode(changed, mode_of(_at(changed, now, before)))


@backed_up("content")
def store_a_flipped_bit(now: Path, before: Path | None) -> Path | None:
    """A bit of a file is inverted on its way into the backup."""
    return rewritten(a_file(now), flipped)


@backed_up("content")
def store_the_head_of_a_large_file(now: Path, before: Path | None) -> Path | None:
    """Of a file of more than 1 MiB, the first one is backed up."""
    return rewritten(a_file(now, MIB + 1), lambda data: data[:MIB])


@backed_up("metadata")
def store_no_setuid(now: Path, before: Path | None) -> Path | None:
    """Setuid is not stored."""
    victim = first(now, FILE, lambda path: mode_of(path) & stat.S_ISUID)
    return with_mode(victim, mode_of(victim) & ~stat.S_ISUID) if victim else None


@backed_up("metadata")
def store_small_owners_only(now: Path, before: Path | None) -> Path | None:
    """An owner above 65,535 is stored modulo 65,536."""
    victim = first(now, FILE, lambda path: path.lstat().st_uid > 65_535)
    return with_owner(victim, victim.lstat().st_uid % 65_536, -1) if victim else None


@backed_up("metadata")
def store_local_time(now: Path, before: Path | None) -> Path | None:
    """A modification time is stored in local time, two hours off."""
    victim = a_file(now)
    return with_time(victim, victim.lstat().st_mtime_ns + 7200 * SECOND) if victim else None


def _at(path: Path, root: Path, other: Path) -> Path:
    """Return where a path below one root lies below another."""
    return other / path.relative_to(root)


def _is_free(path: Path) -> bool:
    """Return whether nothing lies at a path, in a folder that is there."""
    return is_a(FOLDER, path.parent) and not os.path.lexists(path)


def _as_before(now: Path, before: Path | None, fits: Callable[[bytes, bytes], bool]) -> Path | None:
    """Put the first file whose content changed, in a way that fits, back to what it was, with its time."""
    for path in filter(lambda path: before and is_a(FILE, path) and is_a(FILE, _at(path, now, before)), paths(now)):
        new, old = path.read_bytes(), _at(path, now, before).read_bytes()
        if new != old and fits(new, old):
            return copied(_at(path, now, before), path)
    return None
