"""A real folder as a listing: walked lazily, in the order that the oracle needs, and only read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from verify.errors import CannotRunError
from verify.selection import Entry

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFSOCK: "socket",
}


class RealSource:
    """A folder of this machine, as entries: a folder before what is in it, names in order.

    Only one folder's names are held at a time on each level. Links are not followed, other file
    systems are walked into as duplicity does, and the listing carries each path's device.
    `unreadable` fills with every walk: the paths whose content this user cannot see, and why.
    """

    guessed = False

    def __init__(self, folder: Path) -> None:
        """Given a folder, prepare the walk. Raise `CannotRunError` if it is none or cannot be read."""
        self.name = str(folder)
        self._root = os.fsencode(folder)
        self.unreadable: dict[bytes, str] = {}
        self.followed = True  # a link to the folder is what the folder is
        try:
            if not os.path.isfile(self._root):  # noqa: PTH113 - bytes, as pathlib has none
                os.scandir(self._root).close()
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise CannotRunError(f"--source {folder} cannot be read ({reason}): name a folder that can") from None

    def as_source(self, source: str) -> Self:
        """Given the job's source, return the listing of it: where this is the same path, and a link, only of that link.

        duplicity does not follow a source that is a link.
        """
        same = os.path.normpath(source) == os.path.normpath(self.name)
        self.followed = not (same and os.path.islink(self._root))  # noqa: PTH114 - as above
        return self

    def is_twin(self, source: str) -> bool:
        """Given the job's source, return whether this folder is it, and a twin as `parse_rules` means it."""
        if os.path.normpath(source) != os.path.normpath(self.name):
            return False
        here, above = os.stat(self._root), os.stat(os.path.join(self._root, b".."))  # noqa: PTH116, PTH118 - bytes
        return all(getattr(here, what) == getattr(above, what) for what in ("st_mode", "st_uid", "st_gid")) and int(
            here.st_mtime
        ) == int(above.st_mtime)

    def __iter__(self) -> Iterator[Entry]:
        self.unreadable.clear()
        root = os.stat(self._root, follow_symlinks=self.followed)  # noqa: PTH116 - as above
        kind = _KINDS[stat.S_IFMT(root.st_mode)]
        yield Entry(b"", kind, root.st_size, root.st_mtime, root.st_dev)
        if kind != "dir":
            return
        # A stack, for a deep tree must not meet Python's limit of recursion.
        stack = [self._inside(b"")]
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
                continue
            yield entry
            if entry.kind == "dir":
                stack.append(self._inside(entry.path))

    def _inside(self, path: bytes) -> Iterator[Entry]:
        folder = os.path.join(self._root, path) if path else self._root  # noqa: PTH118 - as above
        try:
            with os.scandir(folder) as found:
                names = sorted(found, key=lambda each: each.name)
        except OSError as error:
            self.unreadable[path] = (error.strerror or type(error).__name__).lower()
            return
        prefix = path + b"/" if path else b""
        for each in names:
            entry = self._entry(each, prefix + each.name)
            if entry:
                yield entry

    def _entry(self, found: "os.DirEntry[bytes]", path: bytes) -> Entry | None:
        """Return the entry of what was found; None where it is gone, or nobody may look at it."""
        try:
            seen = found.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.unreadable[path] = (error.strerror or type(error).__name__).lower()
            return None
        kind = _KINDS[stat.S_IFMT(seen.st_mode)]
        readable = kind not in {"file", "dir"} or os.access(found.path, os.R_OK)
        return Entry(path, kind, seen.st_size, seen.st_mtime, seen.st_dev, readable)
