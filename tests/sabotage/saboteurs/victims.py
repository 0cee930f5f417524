"""Finding what to hurt in a tree, and hurting nothing else of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILE, FOLDER, SYMLINK, FIFO = stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK, stat.S_ISFIFO


def is_a(kind: Callable[[int], bool], path: Path) -> bool:
    """Return whether something of a kind lies at a path; a symlink is nothing but a symlink."""
    try:
        return kind(path.lstat().st_mode)
    except OSError:
        return False


def mode_of(path: Path) -> int:
    """Return a path's permission bits."""
    return stat.S_IMODE(path.lstat().st_mode)


def paths(root: Path) -> Iterator[Path]:
    """Yield all below a folder, in order of their names; what is in a folder follows it."""
    for path in sorted(root.iterdir()):
        yield path
        if is_a(FOLDER, path):
            yield from paths(path)


def first(root: Path, kind: Callable[[int], bool], fits: Callable[[Path], object] = bool) -> Path | None:
    """Return the first path below a folder that is of a kind and fits."""
    return next((path for path in paths(root) if is_a(kind, path) and fits(path)), None)


def a_file(root: Path, at_least: int = 1) -> Path | None:
    """Return the first regular file of at least so many bytes."""
    return first(root, FILE, lambda path: path.lstat().st_size >= at_least)


def a_symlink_to_a_file(root: Path) -> Path | None:
    """Return the first symlink that leads to a regular file."""
    return first(root, SYMLINK, os.path.isfile)


@contextlib.contextmanager
def unnoticed(*touched: Path) -> Iterator[None]:
    """Put the times of these paths back afterwards, as far as they are there by then."""
    before = {path: path.lstat() for path in touched if os.path.lexists(path)}
    yield
    for path, seen in before.items():
        if os.path.lexists(path):
            os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns), follow_symlinks=False)


def rewritten(path: Path | None, change: Callable[[bytes], bytes]) -> Path | None:
    """Change a file's bytes and nothing else of it; return its path."""
    if path is not None:
        with unnoticed(path):
            path.write_bytes(change(path.read_bytes()))
    return path


def flipped(data: bytes) -> bytes:
    """Return bytes with one bit in the middle inverted."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def removed(path: Path | None) -> Path | None:
    """Remove a path and all below it; return it."""
    if path is not None:
        with unnoticed(path.parent):
            shutil.rmtree(path) if is_a(FOLDER, path) else path.unlink()
    return path


def made(path: Path | None, make: Callable[[Path], None]) -> Path | None:
    """Make something where nothing is; return its path."""
    if path is not None:
        with unnoticed(path.parent):
            make(path)
    return path


def renamed(tree: Path, change: Callable[[str], str]) -> Path | None:
    """Rename the first path whose name a change changes; return its old path."""
    for path in list(paths(tree)):
        if change(path.name) != path.name:
            with unnoticed(path.parent):
                path.rename(path.with_name(change(path.name)))
            return path
    return None


def made_a_copy(link: Path | None) -> Path | None:
    """Put a copy of the file in the place of a symlink to it; return its path."""
    if link is not None:
        with unnoticed(link, link.parent):
            data = link.read_bytes()
            link.unlink()
            link.write_bytes(data)
    return link


def linked(path: Path, one: Path) -> Path:
    """Make a path another name of a file; return it."""
    with unnoticed(path.parent):
        path.unlink()
        os.link(one, path)
    return path


def copied(old: Path, new: Path) -> Path:
    """Put a copy of a file, with its metadata, at a path; return that."""
    with unnoticed(new.parent):
        removed(new) if os.path.lexists(new) else None
        shutil.copy2(old, new)
        os.chown(new, old.lstat().st_uid, old.lstat().st_gid)
        new.chmod(mode_of(old))
    return new


def with_mode(path: Path | None, mode: int) -> Path | None:
    """Give a path another mode; return it."""
    if path is not None:
        path.chmod(mode)
    return path


def with_owner(path: Path | None, uid: int, gid: int) -> Path | None:
    """Give a path another owner, -1 for the same one; return it."""
    if path is not None:
        mode = mode_of(path)
        os.chown(path, uid, gid, follow_symlinks=False)
        if not is_a(SYMLINK, path):
            path.chmod(mode)  # chown clears setuid
    return path


def with_time(path: Path | None, mtime_ns: int) -> Path | None:
    """Give a path another modification time; return it."""
    if path is not None:
        os.utime(path, ns=(path.lstat().st_atime_ns, mtime_ns))
    return path
