"""Finding PostgreSQL among restored files: data directories, and dumps."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verify.drill.contents.kinds import files_of

HEAD = 2048  # bytes at a dump's start, which say what it is
TAIL = 512  # bytes at its end that say that it is whole
CUSTOM = b"PGDMP"
BEGINS = (b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump")
ENDS = (b"-- PostgreSQL database dump complete", b"-- PostgreSQL database cluster dump complete")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory, and the major version of its PostgreSQL."""

    path: Path
    major: str


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump: as SQL (`custom` is False), or in pg_dump's own format. `whole` says that its end is there."""

    path: Path
    custom: bool
    whole: bool


def clusters_in(root: Path) -> Iterator[Cluster]:
    """Given a folder, yield the data directories in it."""
    for marker in sorted(root.rglob("PG_VERSION")):
        folder = marker.parent
        if (folder / "global" / "pg_control").is_file() and (folder / "base").is_dir():
            yield Cluster(folder, marker.read_text(encoding="ascii", errors="replace").strip())


def dumps_in(root: Path) -> Iterator[Dump]:
    """Given a folder, yield the dumps in it, compressed ones too."""
    for path in files_of(root):
        if dump := dump_at(path):
            yield dump


def dump_at(path: Path) -> Dump | None:
    """Given a file, return the dump that it is, None where it is none."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(CUSTOM):
        return Dump(path, custom=True, whole=True)  # pg_restore will tell
    if head.startswith(b"\x1f\x8b") and ".sql" in path.suffixes:
        return _compressed(path)
    if not any(begin in head for begin in BEGINS):
        return None
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        return Dump(path, custom=False, whole=_ends(file.read()))


def _compressed(path: Path) -> Dump | None:
    last = b""
    try:
        with gzip.open(path) as file:
            head = file.read(HEAD)
            if not any(begin in head for begin in BEGINS):
                return None
            last = head
            while data := file.read(1 << 20):
                last = (last + data)[-TAIL:]
    except (OSError, EOFError):
        return Dump(path, custom=False, whole=False)
    return Dump(path, custom=False, whole=_ends(last))


def _ends(tail: bytes) -> bool:
    return any(end in tail for end in ENDS)
