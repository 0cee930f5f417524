"""Any change of our own code makes proofs of before worthless."""

from pathlib import Path

import pytest

from verify.proofs.digest import code_of, suite_code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("a = 1\n")
    (tmp_path / "data.json").write_text("{}\n")
    return tmp_path


def test_the_same_code_has_the_same_digest_wherever_it_lies(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy") / "of-it"
    folder.rename(copy)
    before = code_of([copy])
    (copy / "package" / "__pycache__").mkdir()
    (copy / "package" / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"compiled")
    assert code_of([copy]) == before
    assert suite_code() == suite_code()


@pytest.mark.parametrize(("name", "text"), [("package/module.py", "a = 2\n"), ("data.json", "[]"), ("new.py", "")])
def test_each_change_changes_the_digest(folder: Path, name: str, text: str) -> None:
    before = code_of([folder])
    (folder / name).write_text(text)
    assert code_of([folder]) != before


def test_a_file_that_moves_changes_the_digest(folder: Path) -> None:
    before = code_of([folder])
    (folder / "data.json").rename(folder / "package" / "data.json")
    assert code_of([folder]) != before
