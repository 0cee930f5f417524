"""A failure is kept as it is found, and as small as it becomes; a folder that cannot be written hides no finding."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from verify.checks import Finding, FindingsError
from verify.lab.packs import FailedExample
from verify.lab.replay.failures import kept, read_case
from verify.plugin import packs
from verify.trees import Tree, file, histories_of

SMALL, LARGE = histories_of(Tree({})), histories_of(Tree({b"a": file((1, 10)), b"b": file()}))


def error() -> FindingsError:
    return FindingsError((Finding("content", "a", "1", "2"),))


def keeping(folder: Path) -> Any:
    option = SimpleNamespace(report_dir=str(folder), env_file=None, duplicity_command="/a/b")
    config = SimpleNamespace(option=option, getoption=lambda name: getattr(option, name))
    item: Any = SimpleNamespace(config=config, path=Path("/x/test_y.py"), originalname="test_z")
    lab = SimpleNamespace(runtime="embedded", release="3.2.1", statistics={"shrink_milliseconds": 0})
    return packs._Keeping(item, lab)


def checking(history: Any) -> Any:
    failure = FailedExample({"history": history}, error())
    return SimpleNamespace(failure=failure, given={}, traced=lambda: None)


@pytest.fixture(autouse=True)
def no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "script_of", lambda _lab, about: f"# {about}\n")


def test_what_is_small_takes_the_place_of_what_was_found(tmp_path: Path) -> None:
    keeps, found = keeping(tmp_path), error()
    keeps.as_found(FailedExample({"history": LARGE}, found), {})
    (first,) = kept(tmp_path)
    assert read_case(tmp_path, first).example["history"] == LARGE
    keeps.at_last(checking(SMALL), found)
    (last,) = kept(tmp_path)
    assert read_case(tmp_path, last).example["history"] == SMALL
    assert read_case(tmp_path, last).options == {"duplicity_command": "/a/b"}
    assert found.findings[0].reproduce.startswith(f"duplicity-verify replay {last}\nsh ")


def test_a_folder_that_cannot_be_written_hides_no_finding(tmp_path: Path) -> None:
    (tmp_path / "failures").write_text("no folder")
    keeps, found = keeping(tmp_path), error()
    keeps.as_found(FailedExample({"history": LARGE}, found), {})
    keeps.at_last(checking(SMALL), found)
    assert found.findings == error().findings
    assert "could not be kept" in found.__notes__[0]


def test_what_is_drawn_otherwise_is_not_kept(tmp_path: Path) -> None:
    keeps = keeping(tmp_path)
    keeps.as_found(FailedExample({"number": 7}, error()), {})
    keeps.at_last(SimpleNamespace(failure=FailedExample({"number": 7}, error()), given={}), error())
    assert kept(tmp_path) == []
