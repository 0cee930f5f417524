"""Makes trees: carries out the steps from the tree that lies there to the one that is wanted."""
# ruff: noqa: PTH103, PTH123 - paths are bytes below a descriptor, which pathlib does not take

from __future__ import annotations

import contextlib
import errno
import marshal
import os
import stat
import zlib
from typing import TYPE_CHECKING, Any

from verify.onsite.blocks import content_bytes
from verify.onsite.paths import READ, Root, error_name
from verify.onsite.wipe import empty, remove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Refused = list[tuple[bytes, str, str]]  # (path, what, error name)
    Segments = tuple[tuple[int, int, int], ...]  # (seed, length, start)
    Xattrs = tuple[tuple[bytes, bytes], ...]

HOLE = 4096  # zeros: so many or more are not written but left out, which makes a hole
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS)


def materialise(root: bytes | str, steps: bytes) -> list[tuple[bytes, str, str]]:
    """Given a root and the steps that `trees.plan` made, turn the tree that lies there into the wanted one.

    What the steps do not name is not touched. Return [(path, what, error name)] of what was refused
    to this user or on this file system: devices, owners, extended attributes. For a user who is not
    root, owners and devices are left out, and every mode lets its owner read and write.
    """
    os.makedirs(os.fsencode(root), exist_ok=True)
    refused: Refused = []
    with Root(root) as top:
        for step in marshal.loads(zlib.decompress(steps)):  # noqa: S302 - made by `plan`
            STEPS[step[0]](top, refused, *step[1:])
    return refused


def _step_empty(top: Root, _refused: Refused) -> None:
    empty(top, b"")


def _step_remove(top: Root, _refused: Refused, path: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):  # a device that was refused
        remove(top, path)


def _step_folder(top: Root, _refused: Refused, path: bytes) -> None:
    folder, name = top.at(path)
    os.mkdir(name, 0o700, dir_fd=folder)


def _step_file(top: Root, _refused: Refused, path: bytes, segments: Segments) -> None:
    _write(top, path, os.O_CREAT | os.O_EXCL, 0, segments)


def _step_write(top: Root, _refused: Refused, path: bytes, kept: int, segments: Segments) -> None:
    _write(top, path, 0, kept, segments)


def _write(top: Root, path: bytes, flags: int, kept: int, segments: Segments) -> None:
    folder, name = top.at(path)
    fd = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600, dir_fd=folder)
    with open(fd, "wb") as stream:
        stream.truncate(kept)  # otherwise the old bytes would stay where a hole belongs
        stream.seek(kept)
        for seed, length, start in segments:
            if not seed and length >= HOLE:
                stream.seek(length, os.SEEK_CUR)
            else:
                stream.write(content_bytes(seed, length, start))
        stream.truncate()


def _step_link(top: Root, _refused: Refused, path: bytes, other: bytes) -> None:
    folder, name = top.at(path)
    folder = os.dup(folder)  # `at` holds one folder at a time
    try:
        source, source_name = top.at(other)
        os.link(source_name, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
    finally:
        os.close(folder)


def _step_symlink(top: Root, _refused: Refused, path: bytes, target: bytes) -> None:
    folder, name = top.at(path)
    os.symlink(target, name, dir_fd=folder)


def _step_node(top: Root, refused: Refused, path: bytes, kind: int, *device: int) -> None:
    folder, name = top.at(path)
    try:
        os.mknod(name, kind | 0o600, os.makedev(*device), dir_fd=folder)
    except OSError as error:
        if not any(device):  # a fifo or a socket: every user may make one
            raise
        refused.append((path, "device", error_name(error)))


def _step_meta(top: Root, refused: Refused, path: bytes, mode: int, *rest: Any) -> None:
    uid, gid, mtime_ns, xattrs = rest
    if any(path == other and what == "device" for other, what, _ in refused):
        return
    folder, name = top.at(path)
    if os.geteuid() == 0:
        with _refusable(refused, path, "owner"):
            os.chown(name, uid, gid, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISLNK(mode):
        os.chmod(name, _permitted(mode), dir_fd=folder)
    if xattrs is not None:
        with _refusable(refused, path, "xattrs"):
            _set_xattrs(folder, name, xattrs)
    os.utime(name, ns=(mtime_ns, mtime_ns), dir_fd=folder, follow_symlinks=False)


def _permitted(mode: int) -> int:
    if os.geteuid() == 0:
        return stat.S_IMODE(mode)
    return stat.S_IMODE(mode) | (0o700 if stat.S_ISDIR(mode) else 0o600)


def _set_xattrs(folder: int, name: bytes, xattrs: Xattrs) -> None:
    fd = os.open(name, READ, dir_fd=folder)
    try:
        wanted = dict(xattrs)
        for there in os.listxattr(fd):
            if there.startswith("user.") and os.fsencode(there) not in wanted:
                os.removexattr(fd, there)
        for attribute, value in wanted.items():
            os.setxattr(fd, attribute, value)
    finally:
        os.close(fd)


@contextlib.contextmanager
def _refusable(refused: Refused, path: bytes, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        refused.append((path, what, error_name(error)))


STEPS: dict[str, Callable[..., None]] = {
    "empty": _step_empty,
    "remove": _step_remove,
    "folder": _step_folder,
    "file": _step_file,
    "write": _step_write,
    "link": _step_link,
    "symlink": _step_symlink,
    "node": _step_node,
    "meta": _step_meta,
}
