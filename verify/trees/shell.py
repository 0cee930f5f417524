"""Trees as shell commands: what makes one, and what turns it into the next, for who has nothing of ours."""

import shlex
import stat
import string
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from verify.trees.model import SECOND, Tree, second_seen
from verify.trees.steps import FORMATS, steps

# What the commands call. A seed's bytes are the same here as in the lab (`onsite.content_bytes`).
FUNCTIONS = """\
# bytes SEED LENGTH START: bytes that do not compress, the same each time
bytes() {
    python3 -c 'import hashlib, sys
seed, length, start = sys.argv[1:]
sys.stdout.buffer.write(hashlib.shake_128(seed.encode()).digest(int(start) + int(length))[int(start):])' "$@"
}
"""
PLAIN = frozenset(string.ascii_letters + string.digits + "/._-")
NODES = {FORMATS["fifo"]: "p", FORMATS["char"]: "c", FORMATS["block"]: "b"}


def commands(wanted: Tree, current: Tree | None = None) -> list[str]:
    """Given the tree to make and the one that lies there, return the commands that do it in that folder.

    Without a current tree, the folder is empty.
    Sockets and extended attributes are left out: duplicity keeps neither.
    """
    return [line for step in steps(wanted, current) for line in _COMMANDS[step[0]](*step[1:])]


def quoted(path: bytes) -> str:
    """Given bytes, return a word of a shell for them; what cannot be pasted is escaped."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        text = ""
    if (text and all(char.isprintable() or char == "\n" for char in text)) or path.endswith(b"\n"):
        return shlex.quote(path.decode("utf-8", "surrogateescape"))
    escaped = "".join(chr(byte) if chr(byte) in PLAIN else f"\\{byte:03o}" for byte in path)
    return f"\"$(printf '{escaped}')\""


def _here(path: bytes) -> str:
    """Return the word for a path below the folder that the commands are run in."""
    return quoted(b"./" + path) if path.startswith(b"-") or not path else quoted(path)


def _remove(path: bytes) -> Iterator[str]:
    yield f"rm -rf {_here(path)}"


def _folder(path: bytes) -> Iterator[str]:
    yield f"mkdir {_here(path)}"


def _file(path: bytes, segments: Iterable[tuple[int, int, int]]) -> Iterator[str]:
    yield f": >{_here(path)}"
    yield from _appended(path, segments)


def _write(path: bytes, kept: int, segments: Iterable[tuple[int, int, int]]) -> Iterator[str]:
    yield f"truncate -s {kept} {_here(path)}"
    yield from _appended(path, segments)


def _appended(path: bytes, segments: Iterable[tuple[int, int, int]]) -> Iterator[str]:
    for seed, length, start in segments:
        yield f"bytes {seed} {length} {start} >>{_here(path)}" if seed else f"truncate -s +{length} {_here(path)}"


def _link(path: bytes, other: bytes) -> Iterator[str]:
    yield f"ln {_here(other)} {_here(path)}"


def _symlink(path: bytes, target: bytes) -> Iterator[str]:
    yield f"ln -s -- {quoted(target)} {_here(path)}"


def _node(path: bytes, kind: int, *device: int) -> Iterator[str]:
    if kind in NODES:
        yield " ".join(["mknod", _here(path), NODES[kind], *(map(str, device) if NODES[kind] != "p" else ())])


def _meta(path: bytes, mode: int, uid: int, gid: int, mtime_ns: int, *_xattrs: Any) -> Iterator[str]:
    if stat.S_ISSOCK(mode):
        return
    yield f"own {uid}:{gid} {_here(path)}"
    if not stat.S_ISLNK(mode):
        yield f"chmod {stat.S_IMODE(mode):05o} {_here(path)}"  # of fewer digits, a folder keeps the setgid it was given
    yield f"touch -h -d @{_time(mtime_ns)} {_here(path)}"


def _time(mtime_ns: int) -> str:
    """Return a time in seconds; in whole ones where duplicity sees another one than it is."""
    if mtime_ns >= 0 and second_seen(mtime_ns) != mtime_ns // SECOND:
        mtime_ns = second_seen(mtime_ns) * SECOND
    seconds, rest = divmod(abs(mtime_ns), SECOND)
    return f"{'-' if mtime_ns < 0 else ''}{seconds}" + (f".{rest:09}" if rest else "")


def _empty() -> Iterator[str]:
    yield from ()


_COMMANDS: dict[str, Callable[..., Iterator[str]]] = {
    "empty": _empty,
    "remove": _remove,
    "folder": _folder,
    "file": _file,
    "write": _write,
    "link": _link,
    "symlink": _symlink,
    "node": _node,
    "meta": _meta,
}
