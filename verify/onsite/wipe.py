"""Removes trees. A mount point is emptied and stays."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from verify.onsite.paths import LIST, Root, entries, join


def wipe(root: bytes | str) -> None:
    """Given a root, remove it and all below it, if it exists; a mount point is emptied and stays.

    Raise ValueError for `/`, and OSError where something cannot be removed, e.g. another mount point
    below the root: what is mounted there is not touched.
    """
    if not os.path.lexists(os.fsencode(root)):
        return
    with Root(root) as top:
        remove(top, b"")


def remove(top: Root, path: bytes) -> None:
    """Remove what is at a path, and all below it; a root that is a mount point is emptied and stays."""
    if not path and top.name == b".":
        raise ValueError("/ is not wiped")
    if not stat.S_ISDIR(top.stat(path).st_mode):
        folder, name = top.at(path)
        os.unlink(name, dir_fd=folder)
        return
    empty(top, path)
    folder, name = top.at(path)
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if path or error.errno != errno.EBUSY:
            raise


def empty(top: Root, path: bytes) -> None:
    """Remove all that is in a folder, but not the folder itself, and nothing of other file systems."""
    device = top.stat(path).st_dev
    folders, place = [path], 0
    while place < len(folders):
        fd = _unlocked(top, folders[place])
        try:
            if os.fstat(fd).st_dev == device:
                _empty_of_files(fd, folders[place], folders)
        finally:
            os.close(fd)
        place += 1
    for inner in reversed(folders[1:]):
        parent, name = top.at(inner)
        os.rmdir(name, dir_fd=parent)


def _empty_of_files(fd: int, path: bytes, folders: list[bytes]) -> None:
    for name, is_folder, _ in entries(fd):
        if is_folder:
            folders.append(join(path, name))
        else:
            os.unlink(name, dir_fd=fd)


def _unlocked(top: Root, path: bytes) -> int:
    """Open a folder to empty it. If we are not root, first give its owner the permissions that this needs."""
    if os.geteuid():
        folder, name = top.at(path)
        with contextlib.suppress(PermissionError):  # not ours, but we may still be allowed to open it
            os.chmod(name, 0o700, dir_fd=folder)
    return top.open(path, LIST)
