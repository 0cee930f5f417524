"""A real folder is walked in the order that the oracle needs, and nothing of it is missed in silence."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.selection.listing import RealSource

ROOT = os.geteuid() == 0


def test_folders_come_before_what_is_in_them_and_names_in_order(tmp_path: Path) -> None:
    for path in ("b/x", "a/z", "a/b/y", "a-b/w"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    walked = [entry.path for entry in RealSource(tmp_path)]
    assert walked == [b"", b"a", b"a/b", b"a/b/y", b"a/z", b"a-b", b"a-b/w", b"b", b"b/x"]


def test_every_kind_is_told_with_size_time_and_device(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    os.utime(tmp_path / "file", (0, 1234.5))
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    entries = {entry.path: entry for entry in RealSource(tmp_path)}
    assert {path.decode(): entry.kind for path, entry in entries.items() if path} == {
        "file": "file", "dir": "dir", "link": "symlink", "fifo": "fifo", "socket": "socket",
    }  # fmt: skip
    assert entries[b"file"][2:] == (5, 1234.5, tmp_path.stat().st_dev, True)


@pytest.mark.skipif(not ROOT, reason="only root makes device files")
def test_devices_are_told(tmp_path: Path) -> None:
    os.mknod(tmp_path / "null", 0o600 | 0o020000, os.makedev(1, 3))
    os.mknod(tmp_path / "loop", 0o600 | 0o060000, os.makedev(7, 0))
    kinds = {entry.path: entry.kind for entry in RealSource(tmp_path)}
    assert (kinds[b"null"], kinds[b"loop"]) == ("char", "block")


def test_names_are_bytes(tmp_path: Path) -> None:
    name = b"\xff\n\x01"
    os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    assert [entry.path for entry in RealSource(tmp_path)] == [b"", name]


@pytest.fixture
def pit(tmp_path: Path) -> Iterator[Path]:
    """A folder to dig in, which is removed as Python cannot: pytest's own removal recurses."""
    folder = tmp_path / "pit"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def dig(root: Path, name: str, depth: int) -> None:
    """Make a folder in a folder, and so on, also deeper than a path can name."""
    here = os.open(root, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def test_a_tree_deeper_than_python_recurses_is_no_problem(pit: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    dig(pit, "d", depth)
    walked = [entry.path for entry in RealSource(pit)]
    assert len(walked) == depth + 1
    assert walked[-1] == b"/".join([b"d"] * depth)


def test_a_path_that_is_too_long_to_look_at_is_told(pit: Path) -> None:
    dig(pit, "d" * 200, 25)
    source = RealSource(pit)
    walked = [entry.path for entry in source]
    ((path, why),) = source.unreadable.items()
    assert why == "file name too long"
    assert path.rpartition(b"/")[0] in walked


def test_what_this_user_cannot_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret" / "inside").mkdir(parents=True)
    (tmp_path / "unreadable").write_text("x")
    for path in ("secret", "unreadable"):
        (tmp_path / path).chmod(0)
    script = (
        "import os, pathlib, sys\n"
        "from verify.selection.listing import RealSource\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "source = RealSource(pathlib.Path(sys.argv[1]))\n"
        "print([(e.path, e.readable) for e in source], source.unreadable)\n"
    )
    # As another user, but root opens the way to it.
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "[(b'', True), (b'secret', False), (b'unreadable', False)] {b'secret': 'permission denied'}"
    )


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("none", "no such file or directory"), ("pipe", "not a directory")):
        with pytest.raises(CannotRunError, match=rf"--source .*{name} cannot be read \({why}\)"):
            RealSource(tmp_path / name)


def test_a_source_that_looks_like_its_parent_is_a_twin_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir(mode=tmp_path.stat().st_mode & 0o7777)
    folder.chmod(tmp_path.stat().st_mode & 0o7777)
    for path in (folder, tmp_path):
        os.utime(path, (0, 1000.9))
    source = RealSource(folder)
    assert source.is_twin(f"{folder}/")
    assert not source.is_twin("/var/data"), "what lies elsewhere has another parent"
    os.utime(folder, (0, 1001))
    assert not source.is_twin(str(folder))
