import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from verify.detection.files import read_detection, write_detection
from verify.detection.picture import picture
from verify.detection.result import Null, Result, updated
from verify.detection.table import full_table, summary


def row(name: str, outcome: str = "caught", seconds: float = 4.0, **more: Any) -> dict[str, Any]:
    usual = {"family": "tool", "kind": "restore", "check": "content", "meaning": "It | does.", "profile": "smoke"}
    return {"name": name, "outcome": outcome, "seconds": seconds, **usual, "test": "m.py::test_it[x]", "by": [],
            "reason": "", **more}  # fmt: skip


def result(*rows: dict[str, Any], null: Null | None = None) -> Result:
    return Result(rows, 61.0, 2, {"duplicity": "3.2.1"}, null)


@pytest.mark.parametrize(
    ("outcomes", "exit_code"),
    [
        (["caught", "caught"], 0),
        (["caught", "missed"], 1),
        (["caught", "caught by another check"], 1),
        (["caught", "not applied"], 2),
        (["caught", "could not run"], 2),
        (["missed", "could not run"], 1),
        (["caught", "not tried"], 0),
        (["not tried"], 2),
    ],
)
def test_what_is_not_caught_by_its_check_is_no_success(outcomes: list[str], exit_code: int) -> None:
    assert result(*(row(str(number), outcome) for number, outcome in enumerate(outcomes))).exit_code == exit_code


def test_a_false_alarm_is_no_success() -> None:
    assert result(row("a"), null=Null(3, 1, 0, 9.0, "default")).exit_code == 1
    assert result(row("a"), null=Null(3, 0, 0, 9.0, "default")).exit_code == 0


def test_a_later_run_of_some_replaces_what_was_said_of_these() -> None:
    null = Null(3, 0, 0, 9.0, "default")
    found = updated(result(row("a", "missed"), row("b")), result(row("a", seconds=2.0), null=null))
    assert [(each["name"], each["outcome"], each["seconds"]) for each in found.rows] == [
        ("a", "caught", 2.0),
        ("b", "caught", 4.0),
    ]
    assert (found.seconds, found.null) == (122.0, null)


def test_the_sentence_counts_what_was_tried() -> None:
    told = result(row("a"), row("b", seconds=6.0), row("c", "not tried"), null=Null(3, 0, 0, 9.0, "default")).sentence
    assert told == (
        "2 of 2 saboteurs caught by the check named for them, in 5.0 s (median); 1 not tried; 0 false alarms in 3 runs"
    )


def test_the_files_hold_the_same(tmp_path: Path) -> None:
    found = result(row("a"), row("b", "missed", reason="why"), null=Null(3, 0, 0, 9.0, "default"))
    write_detection(found, tmp_path)
    assert read_detection(tmp_path / "detection.json").as_json() == found.as_json()
    assert json.loads((tmp_path / "detection.json").read_text())["saboteurs"][1]["outcome"] == "missed"
    text = (tmp_path / "detection.md").read_text()
    assert "| ✗ | `b` | It \\| does. | `content` | 4.0 | **missed** why |" in text
    assert "3 runs of the default profile" in text


def test_the_summary_has_a_row_a_kind() -> None:
    found = result(row("a"), row("b", "missed"), row("c", kind="backup", check="metadata"))
    assert summary(found).splitlines()[4:] == [
        "| tool | restore | 2 | 1 | 4.0 s | `content` |",
        "| tool | backup | 1 | 1 | 4.0 s | `metadata` |",
    ]
    assert full_table(found).count("\n## ") == 2


@pytest.mark.parametrize("rows", [[row("a"), row("b", "missed", 900.0)], [row("a", "missed")], [row("<&>", seconds=0)]])
def test_the_picture_is_an_image_with_a_dot_a_detection(rows: list[dict[str, Any]]) -> None:
    drawn = ET.fromstring(picture(result(*rows)))  # noqa: S314 - our own
    dots = [each for each in drawn.iter() if each.tag.endswith("circle")]
    assert len(dots) == sum(each["outcome"] == "caught" for each in rows)
