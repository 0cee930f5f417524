"""The live source's sizes, which tell how much room a restore needs."""

from pathlib import Path

import pytest

from verify.drill.points.source import LiveSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner" / "empty").mkdir(parents=True)
    (tmp_path / "inner" / "file").write_bytes(b"12345")
    (tmp_path / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("file")
    return tmp_path


@pytest.mark.parametrize("walked", [False, True])
@pytest.mark.parametrize(
    ("path", "size"), [(b"", 8), (b"inner", 5), (b"inner/file", 5), (b"inner/empty", None), (b"gone", None)]
)
def test_the_size_of_a_path_is_that_of_the_files_in_it(
    folder: Path, path: bytes, size: int | None, *, walked: bool
) -> None:
    source = LiveSource(folder)
    if walked:
        assert len(list(source)) == 6
    assert source.total_size(path) == size


def test_the_size_stays_what_it_was_when_first_looked_at(folder: Path) -> None:
    source = LiveSource(folder)
    list(source)
    (folder / "more").write_bytes(b"1234")
    assert source.total_size(b"") == 8
    list(source)
    assert source.total_size(b"") == 8
