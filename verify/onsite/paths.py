"""Paths below a root, however long they are, and what lies in a folder.

No symlink is followed. A path may be longer than the kernel takes in one call (PATH_MAX): everything is reached from an
open folder, in pieces shorter than that. Paths are bytes.
"""
# ruff: noqa: PTH100, PTH119, PTH120 - pathlib takes neither bytes nor a descriptor

from __future__ import annotations

import errno
import os

PIECE = 2048  # bytes of a path in one call; PATH_MAX is 4096
FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LIST = os.O_RDONLY | FOLDER
REACH = os.O_PATH | FOLDER
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Root:
    """A root and the paths below it, however long they are."""

    def __init__(self, root: bytes | str) -> None:
        root = os.path.abspath(os.fsencode(root))
        self.name = os.path.basename(root) or b"."
        self.base = os.open(os.path.dirname(root), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._held: tuple[bytes | None, int] = (None, -1)

    def __enter__(self) -> Root:  # noqa: PYI034 - Self is not in Python 3.8
        return self

    def __exit__(self, *_: object) -> None:
        self._hold(None, -1)
        os.close(self.base)

    def _hold(self, path: bytes | None, fd: int) -> None:
        if self._held[1] >= 0:
            os.close(self._held[1])
        self._held = (path, fd)

    def open(self, path: bytes, flags: int) -> int:
        """Given a path below the root, open it and return the descriptor; the caller closes it."""
        path = self.name + b"/" + path if path else self.name
        base = self.base
        try:
            while len(path) > PIECE:
                cut = path.rindex(b"/", 0, PIECE)
                step = os.open(path[:cut], REACH, dir_fd=base)
                if base != self.base:
                    os.close(base)
                base, path = step, path[cut + 1 :]
            return os.open(path, flags, dir_fd=base)
        finally:
            if base != self.base:
                os.close(base)

    def at(self, path: bytes) -> tuple[int, bytes]:
        """Given a path, return (descriptor of its folder, its name there); a later call may close the descriptor."""
        if not path:
            return self.base, self.name
        folder, _, name = path.rpartition(b"/")
        if self._held[0] != folder:
            self._hold(folder, self.open(folder, REACH))
        return self._held[1], name

    def stat(self, path: bytes) -> os.stat_result:
        """Given a path, return what lstat says of it."""
        folder, name = self.at(path)
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


def entries(folder: int) -> list[tuple[bytes, bool, bool]]:
    """Given an open folder, return [(name, is a folder, is a file)] in order of their names."""
    with os.scandir(folder) as found:
        return sorted(
            (os.fsencode(one.name), one.is_dir(follow_symlinks=False), one.is_file(follow_symlinks=False))
            for one in found
        )


def join(folder: bytes, name: bytes) -> bytes:
    """Return the path of what has this name in a folder; the root is `b""`."""
    return folder + b"/" + name if folder else name


def error_name(error: OSError) -> str:
    """Return the name of an error, e.g. "EACCES"."""
    return errno.errorcode.get(error.errno or 0, "EIO")
