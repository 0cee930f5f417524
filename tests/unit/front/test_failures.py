"""A failure is kept in a folder, read again, and refused with a sentence where it is not what it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from verify.checks import Finding
from verify.cli import main
from verify.errors import CannotRunError
from verify.lab.client.variants import KEY
from verify.lab.replay.failures import CASE, FOLDER, Case, forget, keep, kept, read_case, reproducing
from verify.operations import Operation
from verify.trees import Tree, file, histories_of

FOUND = (Finding("content", "a", "1", "2"),)
CASE_ = Case(
    "test_points_in_time.py::test_it",
    "embedded",
    "3.2.1",
    {"history": histories_of(Tree({b"\xff": file((1, 10))}), Tree({}))},
    (Operation("full"), Operation("restore", 3)),
    KEY,
    {"duplicity_command": "/a/b"},
)


def test_a_case_comes_back_and_is_found_by_its_id(tmp_path: Path) -> None:
    place = keep(tmp_path, CASE_, FOUND, "#!/bin/sh\n")
    assert kept(tmp_path) == [CASE_.id] == [place.name]
    back = read_case(tmp_path, CASE_.id)
    assert back == CASE_
    assert back.id == CASE_.id
    assert (place / "repro.sh").stat().st_mode & 0o111
    assert json.loads((place / "findings.json").read_text())[0]["check"] == "content"
    forget(tmp_path, CASE_.id)
    assert kept(tmp_path) == []


def test_findings_end_with_what_to_type(tmp_path: Path) -> None:
    (found,) = reproducing(FOUND, tmp_path / "12345678")
    assert str(found).splitlines()[-3:] == [
        "    Reproduce with:",
        "      duplicity-verify replay 12345678",
        f"      sh {tmp_path}/12345678/repro.sh",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2, "duplicity-verify": "9.0"}, "it has the format 2, of duplicity-verify 9.0"),
        ({"format": None}, "it has the format None"),
        ({"test": None}, "test is missing, or no str"),
        ({"example": []}, "example is missing, or no dict"),
        ({"example": {"history": {"history": [{"a": {}}]}}}, r"example.history.history\[0\]\['a'\] is no node"),
        ({"operations": "full, fly"}, "'fly' is no operation"),
        ({"variant": {"colour": "red"}}, "variant: .*colour"),
    ],
)
def test_a_case_of_another_version_or_edited_by_hand_is_a_sentence(
    change: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = keep(tmp_path, CASE_, FOUND) / CASE
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CannotRunError, match=f"case.json cannot be read: {said}"):
        read_case(tmp_path, CASE_.id)
    assert main(["replay", f"--report-dir={tmp_path}"]) == 2
    assert capsys.readouterr().out.startswith(f"ERROR  {CASE_.id}: ")
    assert kept(tmp_path) == [CASE_.id]


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_what_is_no_json_is_a_sentence(text: str, tmp_path: Path) -> None:
    (keep(tmp_path, CASE_, FOUND) / CASE).write_text(text)
    with pytest.raises(CannotRunError, match=r"case\.json cannot be read"):
        read_case(tmp_path, CASE_.id)


def test_a_failure_that_is_not_kept_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "nothing", f"--report-dir={tmp_path}"]) == 2
    assert f"no failure nothing is kept in {tmp_path}/{FOLDER} (there: none)" in capsys.readouterr().out


def test_nothing_to_replay_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", f"--report-dir={tmp_path}"]) == 0
    assert "no failure is kept" in capsys.readouterr().out


def test_a_test_that_is_gone_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, CASE_, FOUND)
    assert main(["replay", f"--report-dir={tmp_path}"]) == 2
    assert "has no test test_points_in_time.py::test_it" in capsys.readouterr().out
