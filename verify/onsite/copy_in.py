"""Makes the copy that `transfer.copied` sends, at the far end of a host; part of the agent, see there."""
# Paths are bytes here, which pathlib does not take.
# ruff: noqa: PTH101, PTH103, PTH118, PTH211

from __future__ import annotations

import errno
import os
import stat
from typing import Any

NO_XATTRS = (errno.ENOTSUP, errno.EPERM, errno.EACCES)


def unpack(root: bytes, records: list[tuple[Any, ...]]) -> list[bytes]:
    """Given records (kind, path below the root, …), make what they say; return the paths refused."""
    refused = []
    for kind, relative, *details in records:
        path = os.path.join(root, relative) if relative else root
        try:
            MAKERS[kind](path, *details)
        except PermissionError:
            refused.append(relative)
    return refused


def folder(path: bytes) -> None:
    """Make a folder that only this user can enter; its own metadata comes last."""
    os.makedirs(path, mode=0o700, exist_ok=True)


def append(path: bytes, data: bytes) -> None:
    """Append to a file, made where it is absent."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(data)


def symlink(path: bytes, target: bytes) -> None:
    """Make a symlink."""
    os.symlink(target, path)


def link(path: bytes, root: bytes, other: bytes) -> None:
    """Make another name of a file below the root."""
    os.link(os.path.join(root, other), path, follow_symlinks=False)


def node(path: bytes, mode: int, device: int) -> None:
    """Make a fifo, a socket or a device."""
    os.mknod(path, mode, device)


def metadata(  # noqa: PLR0917 - the fields of a record
    path: bytes, mode: int, uid: int, gid: int, mtime_ns: int, xattrs: list[tuple[bytes, bytes]]
) -> None:
    """Give a path its owner, mode, extended attributes and time, in the order that keeps them all."""
    if os.geteuid() == 0:
        os.chown(path, uid, gid, follow_symlinks=False)
    for name, value in xattrs:
        try:
            os.setxattr(path, name, value, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_XATTRS:
                raise
    if not stat.S_ISLNK(mode):
        os.chmod(path, stat.S_IMODE(mode))
    os.utime(path, ns=(mtime_ns, mtime_ns), follow_symlinks=False)


MAKERS: dict[str, Any] = {
    "folder": folder,
    "bytes": append,
    "symlink": symlink,
    "link": link,
    "node": node,
    "metadata": metadata,
}
