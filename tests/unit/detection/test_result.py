import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from verify.detection.files import read_detection, write_detection
from verify.detection.picture import picture
from verify.detection.result import DetectionResult, Null, updated
from verify.detection.table import full_table, summary
from verify.errors import CannotRunError


def row(name: str, outcome: str = "caught", seconds: float = 4.0, **more: Any) -> dict[str, Any]:
    usual = {"family": "tool", "kind": "restore", "check": "content", "meaning": "It | does.", "profile": "smoke"}
    return {"name": name, "outcome": outcome, "seconds": seconds, **usual, "test": "m.py::test_it[x]", "by": [],
            "reason": "", **more}  # fmt: skip


def run(seed: int, *findings: str, verdict: str = "proven", day: str = "2026-11-29") -> dict[str, Any]:
    return {"seed": seed, "verdict": verdict, "findings": list(findings), "seconds": 9.0, "day": day}


def null(*runs: dict[str, Any], profile: str = "default") -> Null:
    return Null(profile, runs)


def result(*rows: dict[str, Any], null: Null | None = None) -> DetectionResult:
    return DetectionResult(rows, 61.0, 2, {"duplicity": "3.2.1"}, [null] if null else [])


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
    assert result(row("a"), null=null(run(0), run(1, "content", verdict="findings"))).exit_code == 1
    assert result(row("a"), null=null(run(0), run(1))).exit_code == 0


def test_what_duplicity_itself_says_of_a_job_is_no_false_alarm() -> None:
    said = {
        **run(1, "content", verdict="findings"),
        "job": "OPTIONS=--x",
        "explained": True,
        "by_hand": ["full: exit code 2"],
    }
    found = result(row("a"), null=null(run(0), said))
    assert found.exit_code == 0
    assert "  - the job: `OPTIONS=--x`\n  - by hand: full: exit code 2" in full_table(found)


def test_a_control_alone_is_a_result() -> None:
    assert result(null=null(run(0))).exit_code == 0
    assert result(null=null(run(0, "content"))).exit_code == 1


def test_a_control_that_could_not_run_is_no_success() -> None:
    assert result(row("a"), null=null(run(0), run(1, verdict="none"))).exit_code == 2


def test_a_later_run_of_some_replaces_what_was_said_of_these() -> None:
    found = updated(result(row("a", "missed"), row("b")), result(row("a", seconds=2.0)), ["a", "b"])
    assert [(each["name"], each["outcome"], each["seconds"]) for each in found.rows] == [
        ("a", "caught", 2.0),
        ("b", "caught", 4.0),
    ]
    assert found.seconds == 122.0


def test_a_new_saboteur_joins_at_its_place_and_one_that_is_no_more_goes() -> None:
    found = updated(result(row("a"), row("gone"), row("c")), result(row("b")), ["a", "b", "c"])
    assert [each["name"] for each in found.rows] == ["a", "b", "c"]


def test_a_later_run_of_all_replaces_all_but_the_null_control() -> None:
    before = result(row("a", "missed"), row("gone"), null=null(run(0)))
    found = updated(before, result(row("a"), row("b")), ["a", "b"])
    assert [each["name"] for each in found.rows] == ["a", "b"]
    assert ([each["outcome"] for each in found.rows], found.seconds) == (["caught"] * 2, 61.0)
    assert [list(each.runs) for each in found.nulls] == [[run(0)]]


@pytest.mark.parametrize(
    ("later", "seeds"),
    [
        (null(run(1, day="2026-11-30"), run(2)), [[0, 1, 2]]),
        (null(run(7), profile="smoke"), [[0, 1], [7]]),
        (None, [[0, 1]]),
    ],
)
def test_controls_of_other_seeds_join(later: Null | None, seeds: list[list[int]]) -> None:
    found = updated(result(row("a"), null=null(run(0), run(1))), result(row("a"), null=later), ["a"])
    assert [[each["seed"] for each in null.runs] for null in found.nulls] == seeds


def test_controls_of_another_duplicity_do_not_join() -> None:
    before = DetectionResult([row("a")], 61.0, 2, {"duplicity": "3.2.0"}, [null(run(0))])
    assert not updated(before, result(row("a")), ["a"]).nulls


def test_detections_of_some_with_another_duplicity_do_not_join() -> None:
    before = DetectionResult([row("a"), row("b")], 61.0, 2, {"duplicity": "3.2.0"})
    with pytest.raises(
        CannotRunError, match=r"\(duplicity 3\.2\.1\) is not of the record's kind \(duplicity 3\.2\.0\)"
    ):
        updated(before, result(row("a")), ["a", "b"])


def test_the_sentence_counts_what_was_tried() -> None:
    told = result(row("a"), row("b", seconds=6.0), row("c", "not tried"), null=null(run(0), run(1))).sentence
    assert told == (
        "2 of 2 saboteurs caught by the check named for them, in 5.0 s (median); 1 not tried; 0 false alarms in 2 runs"
    )


def test_the_files_hold_the_same(tmp_path: Path) -> None:
    found = result(row("a"), row("b", "missed", reason="why"), null=null(run(3), run(5, "content", day="2026-11-30")))
    write_detection(found, tmp_path)
    assert read_detection(tmp_path / "detection.json").as_json() == found.as_json()
    assert json.loads((tmp_path / "detection.json").read_text())["saboteurs"][1]["outcome"] == "missed"
    text = (tmp_path / "detection.md").read_text()
    assert "| ✗ | `b` | It \\| does. | `content` | 4.0 | **missed** why |" in text
    assert "2 runs of the default profile" in text
    assert "another seed (3 to 5), made from 2026-11-29 to 2026-11-30: 1 false alarms, 0 findings that" in text
    assert "- seed 5, 2026-11-30: `content`" in text


@pytest.mark.parametrize("text", [None, "{", "{}", "[]"])
def test_what_is_no_detection_is_named(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "detection.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CannotRunError, match=r"detection\.json is not what detect wrote"):
        read_detection(path)


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
