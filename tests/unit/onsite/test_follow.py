"""Reading files while they are restored: only finished ones, and what changes afterwards is read again."""

import os
import threading
import time
from pathlib import Path

import pytest

import verify.onsite.observe
from verify.onsite.blocks import order_of
from verify.onsite.follow import follow
from verify.onsite.observe import observe
from verify.onsite.paths import entries
from verify.onsite.reading import followed
from verify.trees import Inventory, compare

PATHS = [b"a", b"a/1", b"a/2", b"b", b"b/never restored", b"c", b"c/1"]
PATIENCE = 20.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def following(root: Path, done: Path) -> threading.Thread:
    thread = threading.Thread(target=follow, args=(str(root), order_of(PATHS), os.fsencode(done)))
    thread.start()
    return thread


def write(root: Path, path: str, text: str = "text") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def read_in_time(count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(followed) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_file_is_read_once_something_later_is_there(root: Path, tmp_path: Path) -> None:
    done = tmp_path / "done"
    thread = following(root, done)
    try:
        write(root, "a/1")
        time.sleep(0.1)
        assert len(followed) == 0
        write(root, "a/2")
        read_in_time(1)
        write(root, "c/1")  # b was never restored, and holds nothing up
        read_in_time(2)
        time.sleep(0.1)
        assert len(followed) == 2
    finally:
        done.touch()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def follow_to_the_end(root: Path, done: Path) -> None:
    """Follow a folder of three files, until it is said to be done."""
    for path in ("a/1", "a/2", "c/1"):
        write(root, path)
    thread = following(root, done)
    read_in_time(2)
    done.touch()
    thread.join(PATIENCE)


def test_what_was_followed_is_observed_as_it_is_and_not_as_it_was(root: Path, tmp_path: Path) -> None:
    follow_to_the_end(root, tmp_path / "done")
    before = (root / "a/1").stat()
    write(root, "a/1", "else")  # as long, and with the same times
    os.utime(root / "a/1", ns=(before.st_atime_ns, before.st_mtime_ns))
    kept = dict(followed)
    seen = Inventory(str(root), observe(str(root)))
    followed.clear()
    plain = Inventory(str(root), observe(str(root)))
    assert list(compare(plain, seen)) == []
    assert len(kept) == 2


def test_a_digest_that_was_followed_is_not_computed_again(root: Path, tmp_path: Path) -> None:
    follow_to_the_end(root, tmp_path / "done")
    for identity in followed:
        followed[identity] = (b"from here", ())
    digests = {each.path: each.digest for each in Inventory(str(root), observe(str(root)))}
    followed.clear()
    assert (digests[b"a/1"], digests[b"a/2"]) == (b"from here", b"from here")
    assert digests[b"c/1"] not in {b"", b"from here"}


def test_following_what_never_begins_ends_with_the_restore(root: Path, tmp_path: Path) -> None:
    thread = following(root, tmp_path / "done")
    (tmp_path / "done").touch()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_what_vanishes_while_it_is_observed_is_not_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "a/1")

    def with_ghosts(folder: int) -> list[tuple[bytes, bool, bool]]:
        return sorted([*entries(folder), (b"ghost", False, True), (b"ghost folder", True, False)])

    monkeypatch.setattr(verify.onsite.observe, "entries", with_ghosts)
    for shares in (1, 2):
        seen = Inventory(str(root), observe(str(root), shares))
        assert [each.path for each in seen] == [b"", b"a", b"a/1"]
