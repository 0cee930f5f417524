"""Reads a file where it lies, and makes the record of what was seen there."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from typing import TYPE_CHECKING, Any

from verify.onsite.blocks import DIGEST_SIZE
from verify.onsite.paths import READ

if TYPE_CHECKING:
    from collections.abc import Callable

    Xattrs = tuple[tuple[bytes, bytes], ...]

BUFFER = 1 << 20  # bytes read at a time
XATTRS = ("user.", "system.posix_acl_", "security.capability")  # others are the host's own, e.g. SELinux labels
IDENTITY = struct.Struct("QQqqq")
NO_ATIME = getattr(os, "O_NOATIME", 0)

followed: dict[bytes, tuple[bytes, Xattrs]] = {}  # what `follow` has read: digest and attributes, by `identity`


def opened(open_: Callable[[int], int]) -> int:
    """Open something to read it; its access time stays as it is where we may ask for that: as its owner or as root."""
    try:
        return open_(READ | NO_ATIME)
    except PermissionError:
        return open_(READ)


def read(fd: int, there: os.stat_result, buffer: memoryview) -> tuple[bytes, int, Xattrs]:
    """Return the digest and the size of a file's content, and its attributes."""
    digest, size = hashlib.sha256(), 0
    while True:
        count = os.readv(fd, [buffer])
        digest.update(buffer[:count])
        size += count
        if count < len(buffer) and (not count or size >= there.st_size):
            break
    return digest.digest()[:DIGEST_SIZE], size, xattrs_of(fd)


def identity(there: os.stat_result) -> bytes:
    """Return what tells one state of a file from another: any change to the file changes it."""
    seen = (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
    return IDENTITY.pack(*seen)  # packed, since there are many: half the memory of a tuple


def record_of(
    path: bytes,
    there: os.stat_result,
    digest: bytes = b"",
    size: int = 0,
    xattrs: Xattrs = (),
    *,
    target: bytes = b"",
    problem: str = "",
) -> tuple[Any, ...]:
    """Return the record of one path; `observe` says what its fields are."""
    mode = there.st_mode
    device = there.st_rdev if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else 0
    inode = (there.st_dev, there.st_ino) if there.st_nlink > 1 and not stat.S_ISDIR(mode) else None
    return (  # the fields of `Seen` in `verify.trees.inventory`
        path,
        mode,
        there.st_uid,
        there.st_gid,
        there.st_mtime_ns,
        size,
        digest,
        target,
        device,
        xattrs,
        inode,
        problem,
    )


def xattrs_of(fd: int) -> Xattrs:
    """Return the extended attributes of what is open, sorted; those that the host sets for itself are left out."""
    try:
        names = os.listxattr(fd)
        return tuple(sorted((os.fsencode(name), os.getxattr(fd, name)) for name in names if name.startswith(XATTRS)))
    except OSError:  # a file system without them
        return ()
