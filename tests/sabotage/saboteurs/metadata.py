"""Saboteurs of a restore's metadata: modes, owners, times, attributes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from hooks import restored
from victims import FILE, FOLDER, SYMLINK, a_file, first, mode_of, with_mode, with_owner, with_time

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 10**9  # nanoseconds


@restored("metadata")
def lose_a_mode_bit(tree: Path) -> Path | None:
    """A restored file lacks the lowest mode bit that it had."""
    victim = first(tree, FILE, mode_of)
    return with_mode(victim, mode_of(victim) & (mode_of(victim) - 1)) if victim else None


@restored("metadata")
def lose_setuid(tree: Path) -> Path | None:
    """A restored file is setuid no more."""
    victim = first(tree, FILE, lambda path: mode_of(path) & stat.S_ISUID)
    return with_mode(victim, mode_of(victim) & 0o777) if victim else None


@restored("metadata")
def lose_the_sticky_bit(tree: Path) -> Path | None:
    """A restored folder is sticky no more."""
    victim = first(tree, FOLDER, lambda path: mode_of(path) & stat.S_ISVTX)
    return with_mode(victim, mode_of(victim) & 0o777) if victim else None


@restored("metadata")
def restore_by_the_umask(tree: Path) -> Path | None:
    """A folder is restored with the mode that the umask leaves."""
    return with_mode(first(tree, FOLDER, lambda path: mode_of(path) != 0o755), 0o755)


@restored("metadata")
def change_an_owner(tree: Path) -> Path | None:
    """A restored file belongs to who restored it."""
    return with_owner(first(tree, FILE, lambda path: path.lstat().st_uid != os.geteuid()), os.geteuid(), -1)


@restored("metadata")
def change_a_group(tree: Path) -> Path | None:
    """A restored file has the group of who restored it."""
    return with_owner(first(tree, FILE, lambda path: path.lstat().st_gid != os.getegid()), -1, os.getegid())


@restored("metadata")
def change_the_owner_of_a_symlink(tree: Path) -> Path | None:
    """A restored symlink belongs to who restored it."""
    return with_owner(first(tree, SYMLINK, lambda path: path.lstat().st_uid != os.geteuid()), os.geteuid(), -1)


@restored("metadata")
def set_a_clock_an_hour_off(tree: Path) -> Path | None:
    """A restored file was modified an hour later than it was."""
    victim = a_file(tree)
    return with_time(victim, victim.lstat().st_mtime_ns + 3600 * SECOND) if victim else None


@restored("metadata")
def keep_even_seconds_only(tree: Path) -> Path | None:
    """A time is cut to even seconds, as FAT keeps it."""
    victim = first(tree, FILE, lambda path: path.lstat().st_mtime_ns // SECOND % 2)
    return with_time(victim, victim.lstat().st_mtime_ns - SECOND) if victim else None


@restored("metadata")
def wrap_a_time_after_2106(tree: Path) -> Path | None:
    """A time comes back modulo 2 to the power of 32 seconds."""
    victim = first(tree, FILE, lambda path: path.lstat().st_mtime_ns >= 2**32 * SECOND)
    return with_time(victim, victim.lstat().st_mtime_ns % (2**32 * SECOND)) if victim else None


@restored("metadata")
def stamp_a_folder_now(tree: Path) -> Path | None:
    """A restored folder is as new as the restore."""
    folder = first(tree, FOLDER)
    if folder is not None:
        os.utime(folder)
    return folder


@restored("metadata")
def stamp_the_root_now(tree: Path) -> Path | None:
    """The restored root itself is as new as the restore."""
    os.utime(tree)
    return tree


@restored("metadata")
def add_an_attribute(tree: Path) -> Path | None:
    """A restored file has an extended attribute that it never had."""
    victim = a_file(tree)
    if victim is not None:
        os.setxattr(victim, "user.restored", b"yes")
    return victim
