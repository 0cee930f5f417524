"""Listings as they are written: what they are read as, and what is said of one that is wrong."""

import codecs
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify.errors import CannotRunError
from verify.selection import Entry
from verify.selection.listing import Listed, RealSource, listed_file, listed_stream, listing_of

FORMATS = {
    "paths, a line each": r"%P\n",
    "paths, a NUL each": r"%P\0",
    "types too": r"%P\t%y\0",
    "types and sizes": r"%P\t%y\t%s\0",
    "all that find says": r"%P\t%y\t%s\t%T@\0",
    "all that find says, a line each": r"%P\t%y\t%s\t%T@\n",
    "from the working directory": r"./%P\t%y\t%s\t%T@\0",
}


def listed(text: bytes) -> Listed:
    return listed_stream("the listing", io.BytesIO(text))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    for folder in ("a/b", "empty", "a-b"):
        (root / folder).mkdir(parents=True)
    (root / "a" / "b" / "x").write_text("12345")
    (root / "a" / "z\ttab").touch()
    (root / "a-b" / "y").touch()
    (root / "link").symlink_to("a")
    os.mkfifo(root / "fifo")
    os.utime(root / "a" / "b" / "x", ns=(0, 1_700_000_000_250_000_000))
    return root


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
def test_what_find_prints_is_what_the_folder_holds(source: Path, form: str) -> None:
    call = ["find", source, "-mindepth", "1", "-printf", form]
    text = subprocess.run(call, check=True, capture_output=True).stdout
    found = {entry.path: entry for entry in listed(text)}
    expected = {entry.path: entry for entry in RealSource(source) if entry.path}
    assert found.keys() == expected.keys()
    for path, entry in found.items():
        there = expected[path]
        if "%y" in form:
            assert entry.kind == there.kind
        else:
            assert (entry.kind == "dir") is (there.kind == "dir" and path != b"empty"), "told by what lies below"
        if "%s" in form:
            assert entry.size == there.size
        if "%T" in form:
            assert entry.mtime == pytest.approx(there.mtime, abs=1e-6)


def test_the_source_itself_may_be_listed() -> None:
    for first in (b"\td\t4096\t1.5\0", b".\td\t4096\t1.5\0", b"./\td\t4096\t1.5\0"):
        assert list(listed(first + b"a\tf\t1\t2\0")) == [Entry(b"", "dir", 4096, 1.5), Entry(b"a", "file", 1, 2)]
    assert [entry.path for entry in listed(b".\n./a\n")] == [b"", b"a"]


def test_without_types_a_slash_at_the_end_makes_a_folder_in_any_order() -> None:
    kinds = {entry.path: entry.kind for entry in listed(b"a\na-b\na/x\nempty/\nd/e/f\n")}
    assert kinds == {b"a": "dir", b"a-b": "file", b"a/x": "file", b"empty": "dir", b"d/e/f": "file"}


@pytest.mark.parametrize("text", [b"\xff\xfe\n", b"\xfe\xffa\0b\0", b"\xff\xfe\tf\t1\t2\0", b"a\0b\0c\0d\0"])
def test_names_that_begin_as_utf16_would_are_names(text: bytes) -> None:
    assert len(list(listed(text))) == text.count(b"\0" if b"\0" in text else b"\n")


def test_the_last_record_may_lack_its_end() -> None:
    assert [entry.path for entry in listed(b"a\nb")] == [b"a", b"b"]


def test_a_listing_can_be_read_again_and_side_by_side() -> None:
    paths = [f"{number:06}".encode() for number in range(100_000)]
    text = listed(b"\n".join(paths))
    for one, other, path in zip(text, text, paths, strict=True):
        assert one.path == other.path == path


names = st.binary(min_size=1, max_size=6).filter(
    lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."}
)


@example([b"\xff\xfe"])
@given(st.lists(st.lists(names, min_size=1, max_size=3).map(b"/".join), min_size=1, unique=True))
def test_any_name_comes_back_byte_for_byte(paths: list[bytes]) -> None:
    text = b"".join(path + b"\tf\t1\t2\0" for path in paths)
    written = [entry.path for entry in _refused_or(lambda: list(listed(text)))]
    assert written in (paths, []), "as written, or refused for being in what is no folder"


def _refused_or(read: Callable[[], list[Entry]]) -> list[Entry]:
    try:
        return read()
    except CannotRunError as error:
        assert "no folder" in str(error)  # noqa: PT017 - the other outcome is the list
        return []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the listing is empty, so it says nothing: list the source with find SOURCE -printf"),
        (b"/var/data/a\n", "the listing: line 1 ('/var/data/a') is an absolute path: list paths relative to"),
        (b"a\n/b\n", "line 2 ('/b') is an absolute path"),
        (b"a\0b\0/c\0", "record 3 ('/c') is an absolute path"),
        (b"a\n../b\n", "line 2 ('../b') has a part that is empty, '.' or '..'"),
        (b"a//b\n", "has a part that is empty"),
        (b"a\n\nb\n", "line 2 ('') names no path: remove the empty line"),
        (b"a\r\nb\r\n", "has Windows line ends"),
        ("a\nb\n".encode("utf-16"), "is UTF-16"),
        ("a/b/c\nb\n".encode("utf-16-le"), "is UTF-16"),
        (b"a\tf\t1\t2\0b\0", "record 2 ('b') does not have the fields of the first one"),
        (b"a\tD\t1\t2\0", "has the type 'D': use one of f, d, l, p, s, c, b"),
        (b"a\tf\t1\t2\0b\tf\tx\t2\0", "has the number 'x'"),
        (b"a\tf\t1\t2\0b\tf\t1\tnan\0", "has the number 'nan'"),
        (b"a\tf\t1\t2\0a/b\tf\t1\t2\0", "is in 'a', which is no folder"),
        (b"a\tf\t1\t2\0a\tf\t1\t2\0", "is there twice"),
        (b"a\na\n", "is there twice"),
        ("a\tf\t1\t2\nb\tf\t1\t2\n".encode("utf-16"), "is UTF-16"),
        (codecs.BOM_UTF16_BE + "a\n".encode("utf-16-be"), "is UTF-16"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text: bytes, said: str) -> None:
    with pytest.raises(CannotRunError) as refused:
        list(listed(text))
    assert said in str(refused.value)


def test_undecodable_bytes_are_shown_as_what_they_are() -> None:
    with pytest.raises(CannotRunError, match=r"line 1 \('/\\\\xff'\)"):
        list(listed(b"/\xff\n"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"the listing .*none cannot be read \(no such file or directory\)"):
        listed_file(tmp_path / "none")
    with pytest.raises(CannotRunError, match=r"cannot be read \(is a directory\)"):
        listed_file(tmp_path)


def test_a_pipe_with_a_name_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f"printf 'a\\nb\\n' > '{pipe}'"])
    text = listed_file(pipe)
    assert [entry.path for entry in text] == [entry.path for entry in text] == [b"a", b"b"]
    assert writer.wait() == 0


def test_where_paths_come_from_is_one_place(tmp_path: Path) -> None:
    assert listing_of(None, None, None) is None
    assert isinstance(listing_of(tmp_path, None, None), RealSource)
    with pytest.raises(CannotRunError, match="give one of them"):
        listing_of(tmp_path, Path("paths"), None)
    with pytest.raises(CannotRunError, match="put the listing into a file"):
        listing_of(None, Path("-"), None)
    piped = listing_of(None, Path("-"), io.BytesIO(b"a\n"))
    assert piped
    assert [entry.path for entry in piped] == [b"a"]
