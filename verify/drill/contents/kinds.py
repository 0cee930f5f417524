"""Whether restored files can be opened as what they are: archives, SQLite databases, documents."""

import bz2
import gzip
import json
import lzma
import shutil
import sqlite3
import stat
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml

CHUNK = 1 << 20
LARGEST_DOCUMENT = 10 << 20  # bytes; what is larger is data, and takes minutes to parse
HEAD = 512  # bytes at a file's start that say what it is
TAR = slice(257, 262)
WAL = ("-wal", "-journal")

Test = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: the word for it, what recognises one by its path and first bytes, and what opens it."""

    name: str
    is_one: Callable[[Path, bytes], bool]
    opens: Test


def _unpacks(opener: Callable[[Path], object]) -> Test:
    def test(path: Path) -> None:
        with opener(path) as file:  # type: ignore[attr-defined]  # gzip, bz2 and lzma files are no common type
            while file.read(CHUNK):
                pass

    return test


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
    if bad is not None:
        raise ValueError(f"its member {bad!r} is damaged")


def _tar(path: Path) -> None:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            while file and file.read(CHUNK):
                pass


def _sqlite(path: Path) -> None:
    """Check a copy, since opening a database with a write-ahead log writes."""
    with tempfile.TemporaryDirectory(prefix="dv-") as folder:
        copy = Path(folder, path.name)
        for beside in ("", *WAL):
            if path.with_name(path.name + beside).exists():
                shutil.copyfile(path.with_name(path.name + beside), copy.with_name(copy.name + beside))
        with closing(sqlite3.connect(copy)) as database:
            said = [row[0] for row in database.execute("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        raise ValueError("; ".join(said))


def _yaml(path: Path) -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for _ in yaml.parse(path.read_bytes(), Loader=loader):  # events: what tags mean is for their program to say
        pass


def _named(*suffixes: str) -> Callable[[Path, bytes], bool]:
    return lambda path, _: path.suffix.lower() in suffixes and path.stat().st_size <= LARGEST_DOCUMENT


def _begins(magic: bytes) -> Callable[[Path, bytes], bool]:
    return lambda _, head: head.startswith(magic)


ARCHIVES = (
    FileKind("zip archive", _begins(b"PK\x03\x04"), _zip),
    FileKind("tar archive", lambda _, head: head[TAR] == b"ustar", _tar),
    FileKind("gzip file", _begins(b"\x1f\x8b\x08"), _unpacks(gzip.open)),
    FileKind("xz file", _begins(b"\xfd7zXZ\x00"), _unpacks(lzma.open)),
    FileKind("bzip2 file", lambda _, head: head[:3] == b"BZh" and head[4:10] == b"1AY&SY", _unpacks(bz2.open)),
)
DATABASES = (FileKind("SQLite database", _begins(b"SQLite format 3\x00"), _sqlite),)
DOCUMENTS = (
    FileKind("JSON document", _named(".json"), lambda path: json.loads(path.read_bytes())),
    FileKind("YAML document", _named(".yaml", ".yml"), _yaml),
    FileKind("TOML document", _named(".toml"), lambda path: tomllib.loads(path.read_text(encoding="utf-8"))),
)
KINDS: Mapping[str, tuple[FileKind, ...]] = {"archives": ARCHIVES, "databases": DATABASES, "documents": DOCUMENTS}


def files_of(root: Path) -> Iterator[Path]:
    """Given a folder, yield the regular files in it, in order."""
    for path in sorted(root.rglob("*")):
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


def kind_of(path: Path, kinds: tuple[FileKind, ...]) -> FileKind | None:
    """Given a file and kinds, return the one that it is of; None where it is none, or is empty."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((kind for kind in kinds if kind.is_one(path, head)), None) if head else None


def trouble_with(path: Path, kind: FileKind) -> str:
    """Given a file and its kind, open it as such; return what is wrong with it, empty if nothing is."""
    try:
        kind.opens(path)
    except Exception as error:  # noqa: BLE001 - parsers raise what they like; all of it means that it cannot be opened
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return lines[0]
    return ""
