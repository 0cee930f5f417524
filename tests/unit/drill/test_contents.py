"""Restored files that can and cannot be opened as what they are."""

import bz2
import gzip
import io
import lzma
import os
import shutil
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from verify.drill.contents.kinds import ARCHIVES, DATABASES, DOCUMENTS, KINDS, kind_of, trouble_with
from verify.drill.contents.usable import usable

TEXT = os.urandom(20_000)
ALL = (*ARCHIVES, *DATABASES, *DOCUMENTS)


def a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("member", TEXT)


def a_tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("member")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))


def a_database(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE things (name TEXT)")
    database.executemany("INSERT INTO things VALUES (?)", [(f"thing {number}",) for number in range(2_000)])
    database.commit()
    database.close()


MAKERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a.zip": ("zip archive", a_zip),
    "a.tar": ("tar archive", a_tar),
    "a.gz": ("gzip file", lambda path: path.write_bytes(gzip.compress(TEXT))),
    "a.xz": ("xz file", lambda path: path.write_bytes(lzma.compress(TEXT))),
    "a.bz2": ("bzip2 file", lambda path: path.write_bytes(bz2.compress(TEXT))),
    "a.db": ("SQLite database", a_database),
    "a.json": ("JSON document", lambda path: path.write_text('{"a": [1, 2, "three"]}')),
    "a.yml": ("YAML document", lambda path: path.write_text("a: !vault {b: [c, d]}\n---\nb: 'two'\n")),
    "a.toml": ("TOML document", lambda path: path.write_text("[a]\nb = 'c'\n")),
}


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_whole_can_be_opened(tmp_path: Path, name: str) -> None:
    word, make = MAKERS[name]
    make(tmp_path / name)
    kind = kind_of(tmp_path / name, ALL)
    assert kind is not None
    assert (kind.name, trouble_with(tmp_path / name, kind)) == (word, "")


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_cut_short_or_damaged_cannot(tmp_path: Path, name: str) -> None:
    MAKERS[name][1](tmp_path / name)
    data = bytearray((tmp_path / name).read_bytes())
    if name == "a.db":  # page 3's header; cut short it is no better
        data[8192:8292] = bytes(100)
    else:
        del data[len(data) * 2 // 3 :]
    (tmp_path / name).write_bytes(data)
    kind = kind_of(tmp_path / name, ALL)
    assert kind is not None
    assert trouble_with(tmp_path / name, kind)


def test_a_database_is_opened_with_its_log_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE things (name TEXT)")
    database.commit()
    shutil.copytree(tmp_path, tmp_path / "copy")  # as a backup of a running program's files
    database.close()
    before = {each.name: each.read_bytes() for each in (tmp_path / "copy").iterdir()}
    assert "a.db-wal" in before
    assert trouble_with(tmp_path / "copy/a.db", DATABASES[0]) == ""
    assert {each.name: each.read_bytes() for each in (tmp_path / "copy").iterdir()} == before


@pytest.mark.parametrize("name", ["a.txt", "json", "empty.json"])
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("" if "empty" in name else "{no json")
    assert kind_of(tmp_path / name, ALL) is None


def opened(tmp_path: Path, kinds: str = "documents", deadline: float = 60) -> tuple[list[str], int, str]:
    found = usable(tmp_path / "restored", KINDS[kinds], tmp_path / "source", time.monotonic() + deadline)
    return [each.path for each in found.findings], found.as_in_source, str(found)


@pytest.fixture
def both(tmp_path: Path) -> Callable[[str, str, str | None], None]:
    """Write a file as it was restored, and as it is in the source."""

    def write(path: str, restored: str, source: str | None) -> None:
        for root, text in (("restored", restored), ("source", source)):
            if text is not None:
                (tmp_path / root / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / root / path).write_text(text)
                os.utime(tmp_path / root / path, (1, len(text)))

    return write


def test_what_the_source_has_no_better_is_no_finding(
    tmp_path: Path, both: Callable[[str, str, str | None], None]
) -> None:
    both("good.json", "{}", "{}")
    both("same.json", "{{ template }}", "{{ template }}")
    both("other.json", "{{ template }}", "{{ another template }}")
    assert opened(tmp_path) == ([], 2, "3 JSON documents opened; 2 cannot be opened in the source either")


def test_what_the_source_has_better_or_not_any_more_is_a_finding(
    tmp_path: Path, both: Callable[[str, str, str | None], None]
) -> None:
    both("a/torn.json", '{"a": ', '{"a": 1}')
    both("gone.json", '{"a": ', None)
    assert opened(tmp_path)[0] == ["a/torn.json", "gone.json"]


def test_nothing_is_opened_when_the_time_is_up(tmp_path: Path, both: Callable[[str, str, str | None], None]) -> None:
    both("torn.json", "{", "{}")
    assert opened(tmp_path, deadline=-1)[0] == []
