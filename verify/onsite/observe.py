"""Observes a tree: what lies at each path below a root."""
# ruff: noqa: PTH123 - descriptors, which pathlib does not take

from __future__ import annotations

import contextlib
import marshal
import os
import stat
import traceback
import warnings
import zlib
from typing import TYPE_CHECKING, Any

from verify.onsite.blocks import FORMAT, pack
from verify.onsite.paths import LIST, Root, entries, error_name, join
from verify.onsite.reading import BUFFER, followed, identity, opened, read, record_of, xattrs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.onsite.blocks import Block, Record

ALONE = 64  # entries up to which more processes cost more than they save


def observe(root: bytes | str, shares: int = 0) -> list[list[Block]]:
    """Given a root, return a record of each path there, in compressed blocks: one list of blocks from each process.

    A record is (path, st_mode, uid, gid, mtime_ns, size, digest, target, rdev, xattrs, inode, problem).
    Size and digest are of files only. inode is (device, number) of what has other names too, else
    None. problem is the name of the error where something could not be read, else "". The paths are
    split among `shares` processes (0: as many as fit); each list is in path order, so the caller
    merges them. Raise OSError if there is no root.
    """
    with Root(root) as top:
        top.stat(b"")
        shares = shares or (min(len(os.sched_getaffinity(0)), 8) if _has_many(top) else 1)
        if shares == 1:
            return [list(pack(_walk(top, 0, 1)))]
    return _in_processes([(root, share, shares) for share in range(shares)])


def _has_many(top: Root) -> bool:
    """Return whether enough lies below the root that several processes are faster than one."""
    pending, seen = [b""], 0
    while pending and seen <= ALONE:
        path = pending.pop()
        try:
            entries = _listed(top, path)
        except OSError:  # not a folder, or not readable: the record will say so
            continue
        seen += len(entries)
        pending += [join(path, name) for name, is_folder, _ in entries if is_folder]
    return seen > ALONE


def _listed(top: Root, path: bytes) -> list[tuple[bytes, bool, bool]]:
    fd = top.open(path, LIST)
    try:
        return entries(fd)
    finally:
        os.close(fd)


def _in_processes(tasks: list[tuple[bytes | str, int, int]]) -> list[list[Block]]:
    with warnings.catch_warnings():
        # Newer versions of Python warn when a process with threads forks; the child takes no lock of theirs.
        warnings.simplefilter("ignore")
        children = [_start(*task) for task in tasks]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a small tree has no use for it

    with ThreadPoolExecutor(len(children)) as readers:
        answers = list(readers.map(_read_all, [fd for _, fd in children]))
    for child, _ in children:
        os.waitpid(child, 0)
    runs: list[list[Block]] = []
    for answer in answers:
        if not answer:
            raise RuntimeError("an observing process was killed")
        done, result = marshal.loads(answer)  # noqa: S302 - our own child's
        if not done:
            raise RuntimeError(result)
        runs.append(result)
    return runs


def _start(root: bytes | str, share: int, shares: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        try:
            with Root(root) as top:
                answer: tuple[bool, Any] = (True, list(pack(_walk(top, share, shares))))
        except BaseException:  # noqa: BLE001 - the parent raises it again
            answer = (False, traceback.format_exc())
        with open(writing, "wb") as stream:
            stream.write(marshal.dumps(answer, FORMAT))
    finally:
        os._exit(0)


def _read_all(fd: int) -> bytes:
    with open(fd, "rb") as stream:
        return stream.read()


def _walk(top: Root, share: int, shares: int) -> Iterator[Record]:
    """Yield the records of this share of the paths, in path order."""
    buffer = memoryview(bytearray(BUFFER))
    mode = top.stat(b"").st_mode
    if not stat.S_ISDIR(mode):
        if share == 0:
            yield _entry(top.base, top.name, b"", stat.S_ISREG(mode), buffer)
        return
    levels: list[Iterator[tuple[bytes, Any]]] = [iter([(b"", None)])]
    while levels:
        for path, record in levels[-1]:
            if record is None:
                levels.append(iter(_folder(top, path, share, shares, buffer)))
                break
            yield record
        else:
            levels.pop()


def _folder(top: Root, path: bytes, share: int, shares: int, buffer: memoryview) -> list[tuple[bytes, Any]]:
    """Return [(path, record)] of a folder and of what is in it; a folder in it has no record yet, but None."""
    mine = zlib.crc32(path) % shares == share
    try:
        fd = opened(lambda flags: top.open(path, flags | os.O_DIRECTORY))
    except FileNotFoundError:  # removed since its parent was listed
        return []
    except OSError as error:
        return [(path, record_of(path, top.stat(path), problem=error_name(error)))] if mine else []
    try:
        found: list[tuple[bytes, Any]] = [(path, record_of(path, os.fstat(fd), xattrs=xattrs_of(fd)))] if mine else []
        below = path + b"/" if path else b""
        for name, is_folder, is_file in entries(fd):
            child = below + name
            if is_folder:
                found.append((child, None))
            elif zlib.crc32(child) % shares == share:
                with contextlib.suppress(FileNotFoundError):  # removed since
                    found.append((child, _entry(fd, name, child, is_file, buffer)))
        return found
    finally:
        os.close(fd)


def _entry(folder: int, name: bytes, path: bytes, is_file: bool, buffer: memoryview) -> Record:
    """Return the record of something that is not a folder."""
    problem = ""
    if is_file:
        if followed:
            there = os.stat(name, dir_fd=folder, follow_symlinks=False)
            known = followed.get(identity(there))
            if known:
                digest, xattrs = known
                return record_of(path, there, digest, there.st_size, xattrs)
        try:
            fd = opened(lambda flags: os.open(name, flags, dir_fd=folder))
            try:
                there = os.fstat(fd)
                return record_of(path, there, *read(fd, there, buffer))
            finally:
                os.close(fd)
        except OSError as error:
            problem = error_name(error)
    there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    target = os.readlink(name, dir_fd=folder) if stat.S_ISLNK(there.st_mode) else b""
    return record_of(path, there, target=target, problem=problem)
