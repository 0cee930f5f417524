"""What touches files: makes trees, observes them, removes them.

The source of this module is sent to where the files are and runs there, as the user that duplicity
runs as: standard library only, Python 3.8 or newer, no import of ours. Arguments and results are
bytes, numbers, tuples and lists. No symlink is followed, and no path is too long: everything is
reached from an open folder, in pieces shorter than PATH_MAX.
"""

# ruff: noqa: PTH100, PTH103, PTH110, PTH119, PTH120, PTH123 - paths are bytes below a descriptor, which pathlib has no words for

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import errno
import hashlib
import itertools
import marshal
import os
import stat
import struct
import time
import traceback
import warnings
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # names in annotations only, which older Pythons never evaluate
    from collections.abc import Callable, Iterable, Iterator

    Refused = list[tuple[bytes, str, str]]  # (path, what, error name)
    Segments = tuple[tuple[int, int, int], ...]  # (seed, length, start)
    Waiting = collections.deque[bytes]
    Xattrs = tuple[tuple[bytes, bytes], ...]

PIECE = 2048  # bytes of a path that one call is given; PATH_MAX is 4096
BUFFER = 1 << 20  # bytes read at a time
BLOCK = 4096  # records in one compressed block
FORMAT = 2  # of marshal: the newest that every Python reads and writes alike
ALONE = 64  # entries up to which more processes cost more than they save
AHEAD = 50  # paths of an order that are looked for: one that is never restored holds nothing up
PAUSE = 0.02  # seconds
HOLE = 4096  # zeros from which on they are not written, but left out: a hole
DIGEST = 16  # bytes of a content's SHA-256 that are kept: accidents are looked for, not attacks
XATTRS = ("user.", "system.posix_acl_", "security.capability")  # others are the host's, e.g. SELinux labels

IDENTITY = struct.Struct("QQqqq")

FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
REACH = os.O_PATH | FOLDER
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
UNTOUCHED = getattr(os, "O_NOATIME", 0)
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS)


def content_bytes(seed: int, length: int, start: int = 0) -> bytes:
    """Given a seed, return `length` bytes of its endless sequence, from `start` on; seed 0 gives zeros."""
    if seed == 0:
        return bytes(length)
    return hashlib.shake_128(b"%d" % seed).digest(start + length)[start:]


def digest_of(parts: Iterable[bytes]) -> bytes:
    """Given an iterable of bytes, return the digest that `observe` gives a file of them all."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()[:DIGEST]


def pack(records: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
    """Given records, yield them as blocks: (number of records, compressed bytes)."""
    block = []
    for record in records:
        block.append(record)
        if len(block) == BLOCK:
            yield len(block), zlib.compress(marshal.dumps(block, FORMAT), 1)
            block = []
    if block:
        yield len(block), zlib.compress(marshal.dumps(block, FORMAT), 1)


def unpack(block: tuple[int, bytes]) -> list[tuple[Any, ...]]:
    """Given a block that `pack` made, return its records."""
    records: list[tuple[Any, ...]] = marshal.loads(zlib.decompress(block[1]))  # noqa: S302 - the host that wrote it runs our code and holds our secrets
    return records


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
        """Given a path below the root, return a descriptor of it, which is the caller's to close."""
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
        """Given a path, return (descriptor of the folder it is in, its name); good until the next call."""
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


def _entries(folder: int) -> list[tuple[bytes, bool, bool]]:
    """Given an open folder, return [(name, is a folder, is a file)] in order of their names."""
    with os.scandir(folder) as found:
        return sorted(
            (os.fsencode(one.name), one.is_dir(follow_symlinks=False), one.is_file(follow_symlinks=False))
            for one in found
        )


def observe(root: bytes | str, shares: int = 0) -> list[list[tuple[int, bytes]]]:
    """Given a root, return what lies there: runs of blocks, each run in path order.

    A record is (path, st_mode, uid, gid, mtime_ns, size, digest, target, rdev, xattrs, inode, problem).
    Size and digest are of files only; inode is (device, number) of what has other names too, else
    None; problem says what could not be read, else "". Paths are shared out among `shares`
    processes (0: as many as fit), so runs are to be merged. Raise OSError if there is no root.
    """
    with Root(root) as top:
        top.stat(b"")
        shares = shares or (min(len(os.sched_getaffinity(0)), 8) if _has_many(top) else 1)
        if shares == 1:
            return [list(pack(_walk(top, 0, 1)))]
    return _in_processes([(root, share, shares) for share in range(shares)])


def _has_many(top: Root) -> bool:
    """Return whether more entries lie below the root than one process had better observe alone."""
    pending, seen = [b""], 0
    while pending and seen <= ALONE:
        path = pending.pop()
        try:
            entries = _listed(top, path)
        except OSError:  # no folder, or one that cannot be read: `observe` says so
            continue
        seen += len(entries)
        pending += [_join(path, name) for name, is_folder, _ in entries if is_folder]
    return seen > ALONE


def _join(path: bytes, name: bytes) -> bytes:
    return path + b"/" + name if path else name


def _listed(top: Root, path: bytes) -> list[tuple[bytes, bool, bool]]:
    fd = top.open(path, os.O_RDONLY | FOLDER)
    try:
        return _entries(fd)
    finally:
        os.close(fd)


def _in_processes(tasks: list[tuple[bytes | str, int, int]]) -> list[list[tuple[int, bytes]]]:
    with warnings.catch_warnings():
        # Newer Pythons warn of a fork beside other threads; the child takes none of their locks.
        warnings.simplefilter("ignore")
        children = [_start(*task) for task in tasks]
    with concurrent.futures.ThreadPoolExecutor(len(children)) as readers:
        answers = list(readers.map(_read_all, [fd for _, fd in children]))
    for child, _ in children:
        os.waitpid(child, 0)
    runs: list[list[tuple[int, bytes]]] = []
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


def _walk(top: Root, share: int, shares: int) -> Iterator[tuple[Any, ...]]:
    """Yield the records of one share of the paths, in path order."""
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
    """Return [(path, record)] of a folder and what is in it; a folder in it has None for a record."""
    mine = zlib.crc32(path) % shares == share
    try:
        fd = _opened(lambda flags: top.open(path, flags | os.O_DIRECTORY))
    except FileNotFoundError:  # gone since the folder that it was in was listed
        return []
    except OSError as error:
        return [(path, _record(path, top.stat(path), problem=_problem(error)))] if mine else []
    try:
        found: list[tuple[bytes, Any]] = [(path, _record(path, os.fstat(fd), xattrs=_xattrs(fd)))] if mine else []
        below = path + b"/" if path else b""
        for name, is_folder, is_file in _entries(fd):
            child = below + name
            if is_folder:
                found.append((child, None))
            elif zlib.crc32(child) % shares == share:
                with contextlib.suppress(FileNotFoundError):  # gone since
                    found.append((child, _entry(fd, name, child, is_file, buffer)))
        return found
    finally:
        os.close(fd)


def _entry(folder: int, name: bytes, path: bytes, is_file: bool, buffer: memoryview) -> tuple[Any, ...]:
    """Return the record of something that is no folder."""
    problem = ""
    if is_file:
        if followed:
            there = os.stat(name, dir_fd=folder, follow_symlinks=False)
            known = followed.get(_identity(there))
            if known:
                digest, xattrs = known
                return _record(path, there, digest, there.st_size, xattrs)
        try:
            fd = _opened(lambda flags: os.open(name, flags, dir_fd=folder))
            try:
                there = os.fstat(fd)
                return _record(path, there, *_read(fd, there, buffer))
            finally:
                os.close(fd)
        except OSError as error:
            problem = _problem(error)
    there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    target = os.readlink(name, dir_fd=folder) if stat.S_ISLNK(there.st_mode) else b""
    return _record(path, there, target=target, problem=problem)


def _opened(open_: Callable[[int], int]) -> int:
    """Open without a trace in the access time where that is permitted: to the owner and to root."""
    try:
        return open_(READ | UNTOUCHED)
    except PermissionError:
        return open_(READ)


def _read(fd: int, there: os.stat_result, buffer: memoryview) -> tuple[bytes, int, Xattrs]:
    """Return the digest and the size of a file's content, and its attributes."""
    digest, size = hashlib.sha256(), 0
    while True:
        count = os.readv(fd, [buffer])
        digest.update(buffer[:count])
        size += count
        if count < len(buffer) and (not count or size >= there.st_size):
            break
    return digest.digest()[:DIGEST], size, _xattrs(fd)


def _identity(there: os.stat_result) -> bytes:
    """Return what a file has anew after any change of it."""
    seen = (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
    return IDENTITY.pack(*seen)  # there are many, and so they take half as much memory


followed: dict[bytes, tuple[bytes, Xattrs]] = {}  # what `follow` read: its digest and attributes


def follow(root: bytes | str, order: list[tuple[int, bytes]], done: bytes) -> int:
    """Given a root that is being filled in the order of `paths_in(order)`, read each file once it is finished.

    It is when something later in the order is there. `observe` does not read it again, unless it has
    changed. Return how many were read when all were, or a file `done` was there.
    """
    followed.clear()
    paths = paths_in(order)
    waiting = collections.deque(itertools.islice(paths, AHEAD))
    buffer = memoryview(bytearray(BUFFER))
    while waiting and not os.path.exists(done):
        try:
            with Root(root) as top:
                _follow_on(top, waiting, paths, done, buffer)
        except FileNotFoundError:  # not begun yet
            time.sleep(PAUSE)
    return len(followed)


def _follow_on(top: Root, waiting: Waiting, paths: Iterator[bytes], done: bytes, buffer: memoryview) -> None:
    """Read the files that wait, and those of `paths` after them, each once a later one is there."""
    top.stat(b"")
    while waiting and not os.path.exists(done):
        later = next((place for place in range(1, len(waiting)) if _is_there(top, waiting[place])), 0)
        if not later:
            time.sleep(PAUSE)
        for _ in range(later):
            with contextlib.suppress(OSError):  # not restored, or no file: `observe` says so
                _follow(top, waiting.popleft(), buffer)
        waiting.extend(itertools.islice(paths, later))


def _is_there(top: Root, path: bytes) -> bool:
    try:
        top.stat(path)
    except OSError:
        return False
    return True


def _follow(top: Root, path: bytes, buffer: memoryview) -> None:
    if not stat.S_ISREG(top.stat(path).st_mode):
        return
    fd = _opened(lambda flags: top.open(path, flags))
    try:
        there = os.fstat(fd)
        digest, size, xattrs = _read(fd, there, buffer)
        if size == there.st_size:
            followed[_identity(there)] = digest, xattrs
    finally:
        os.close(fd)


def order_of(paths: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """Given paths in the order in which a root is filled, return them for `follow`, in blocks."""
    return list(pack((path,) for path in paths))


def paths_in(order: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Given what `order_of` made, yield the paths."""
    return (path for block in order for (path,) in unpack(block))


def _record(
    path: bytes,
    there: os.stat_result,
    digest: bytes = b"",
    size: int = 0,
    xattrs: Xattrs = (),
    *,
    target: bytes = b"",
    problem: str = "",
) -> tuple[Any, ...]:
    mode = there.st_mode
    device = there.st_rdev if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else 0
    inode = (there.st_dev, there.st_ino) if there.st_nlink > 1 and not stat.S_ISDIR(mode) else None
    times = there.st_mtime_ns
    return (
        path,
        mode,
        there.st_uid,
        there.st_gid,
        times,
        size,
        digest,
        target,
        device,
        xattrs,
        inode,
        problem,
    )


def _problem(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")


def _xattrs(fd: int) -> Xattrs:
    try:
        names = os.listxattr(fd)
        return tuple(sorted((os.fsencode(name), os.getxattr(fd, name)) for name in names if name.startswith(XATTRS)))
    except OSError:  # a file system without them
        return ()


def wipe(root: bytes | str) -> None:
    """Given a root, remove it and all below it, if it exists; a mount point is emptied and stays.

    Raise ValueError for `/`, and OSError where something cannot be removed, e.g. another mount point
    below the root: what is mounted there is not touched.
    """
    if not os.path.lexists(os.fsencode(root)):
        return
    with Root(root) as top:
        _remove(top, b"")


def _remove(top: Root, path: bytes) -> None:
    if not path and top.name == b".":
        raise ValueError("/ is not wiped")
    if not stat.S_ISDIR(top.stat(path).st_mode):
        folder, name = top.at(path)
        os.unlink(name, dir_fd=folder)
        return
    _empty(top, path)
    folder, name = top.at(path)
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if path or error.errno != errno.EBUSY:
            raise


def _empty(top: Root, path: bytes) -> None:
    """Remove all that is in a folder, not the folder."""
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
    for name, is_folder, _ in _entries(fd):
        if is_folder:
            folders.append(_join(path, name))
        else:
            os.unlink(name, dir_fd=fd)


def _unlocked(top: Root, path: bytes) -> int:
    """Open a folder, if need be after giving its owner the bits that it takes to empty it."""
    if os.geteuid():
        folder, name = top.at(path)
        with contextlib.suppress(PermissionError):  # not ours; it may be open to us all the same
            os.chmod(name, 0o700, dir_fd=folder)
    return top.open(path, os.O_RDONLY | FOLDER)


def materialise(root: bytes | str, steps: bytes) -> list[tuple[bytes, str, str]]:
    """Given a root and what `plan` made of two trees, turn the one that lies there into the other.

    What the steps do not name is not touched. Return [(path, what, error name)] of what this user
    or file system refused: devices, owners, extended attributes. For a user who is not root, owners
    and devices are left out, and every mode lets its owner read and write.
    """
    os.makedirs(os.fsencode(root), exist_ok=True)
    refused: Refused = []
    with Root(root) as top:
        for step in marshal.loads(zlib.decompress(steps)):  # noqa: S302 - made by `plan`
            STEPS[step[0]](top, refused, *step[1:])
    return refused


def _step_empty(top: Root, _refused: Refused) -> None:
    _empty(top, b"")


def _step_remove(top: Root, _refused: Refused, path: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):  # a device that was refused
        _remove(top, path)


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
        stream.truncate(kept)  # else a hole would show what lay there
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
        if not any(device):  # a fifo or a socket, which nobody is refused
            raise
        refused.append((path, "device", _problem(error)))


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
        refused.append((path, what, _problem(error)))


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
