"""`report.json` keeps to its schema, whatever a run was."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verify.checks import CATALOGUE, Finding, Severity
from verify.errors import CannotRunError
from verify.report.answers.answer import ReportAnswer
from verify.report.events import RunEnded, RunStarted
from verify.report.files import PROBE, ReportFiles, must_be_writable, write_refusal
from verify.report.json_report import report_of
from verify.report.outcome import Ending, Outcome, Run, Verdict

SCHEMA = json.loads((files("verify.report") / "schema" / "report-3.json").read_text())


def valid(report: Any) -> dict[str, Any]:
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    assert isinstance(report, dict)
    return report


def test_a_run_with_everything_in_it_is_valid(run: Run) -> None:
    report = valid(report_of(run))
    assert report["verdict"] == "findings"
    assert [(each["id"], each["outcome"]) for each in report["checks"]] == [
        ("listing", "not-proven"),
        ("content", "finding"),
        ("source-not-empty", "not-proven"),
        ("verify-agrees", "error"),
        ("env-file-reads-alike", "proven"),
        ("command-succeeds", "finding"),
    ]
    assert [(each["check"], each["path"], each["test"]) for each in report["findings"]] == [
        ("command-succeeds", "", "test_x.py::test_content"),
        ("content", "a|b/`c`*", "test_x.py::test_content"),
        ("command-succeeds", "", "test_x.py::test_other[embedded-1]"),
    ]
    assert report["statistics"] == {"duplicity_milliseconds": 60_000, "wall_per_duplicity_second": 1.25}
    half = next(each for each in report["checks"] if each["id"] == "env-file-reads-alike")
    assert [test["reason"] for test in half["tests"]] == ["", "no real folder was given with --source"]


def test_findings_are_counted_and_ordered_by_what_they_mean(run: Run) -> None:
    (found,) = (test for test in run.tests if test.example)
    idle, lost = Finding("rules-effective", "a"), Finding("fresh", severity=Severity.LOST)
    graded = replace(found, findings=(idle, Finding("fresh"), lost))
    report = valid(report_of(replace(run, tests=(graded,), fail_on=Severity.TIDY_UP)))
    assert report["severities"] == {"lost": 1, "at-risk": 1, "tidy-up": 1}
    assert [each["severity"] for each in report["findings"]] == ["lost", "at-risk", "tidy-up"]
    assert report["fail_on"] == "tidy-up"


def test_a_run_with_nothing_in_it_is_valid() -> None:
    now = datetime.now(UTC)
    report = valid(report_of(Run(now, now)))
    assert (report["verdict"], report["exit_code"], report["job"]) == ("could-not-run", 2, {})


@pytest.mark.parametrize(("member", "enum"), [
    (("verdict",), Verdict),
    (("checks", "items", "outcome"), Outcome),
    (("checks", "items", "severity"), Severity),
    (("findings", "items", "severity"), Severity),
    (("fail_on",), Severity),
    (("checks", "items", "tests", "items", "ending"), Ending),
])  # fmt: skip
def test_the_schema_knows_every_value(member: tuple[str, ...], enum: Any) -> None:
    schema = SCHEMA
    for name in member:
        schema = schema["items"] if name == "items" else schema["properties"][name]
    assert schema["enum"] == [each.value for each in enum]


def test_the_schema_is_not_so_wide_that_anything_is_valid(run: Run) -> None:
    report = report_of(run)
    for broken in (
        {**report, "more": 1},
        {name: value for name, value in report.items() if name != "verdict"},
        {**report, "checks": [{**report["checks"][0], "outcome": "fine"}]},
        {**report, "findings": [{**report["findings"][0], "path": 1}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            valid(broken)


def test_every_check_of_the_catalogue_is_valid(run: Run) -> None:
    checks = tuple(replace(run.checks[0], id=check) for check in CATALOGUE)
    valid(report_of(replace(run, checks=checks)))


def test_files_are_written_when_the_run_has_ended_and_whole(run: Run, tmp_path: Path) -> None:
    listener = ReportFiles(tmp_path / "deep" / "report")
    listener.pytest_verify_event(RunStarted(run.started, 1, 1))
    assert not (tmp_path / "deep").exists()
    listener.pytest_verify_event(RunEnded(run))
    report = tmp_path / "deep" / "report"
    dated = f"{run.started:%Y-%m-%dT%H-%M-%SZ}"
    assert sorted(path.name for path in report.iterdir()) == [
        dated,
        "latest",
        "report.html",
        "report.json",
        "report.md",
    ]
    assert valid(json.loads((report / "report.json").read_text())) == report_of(run)


def test_the_files_of_each_run_stay_and_latest_is_the_newest(run: Run, tmp_path: Path) -> None:
    for minute in range(3):
        began = run.started.replace(minute=minute)
        (tmp_path / "junit.xml").write_text(f"of minute {minute}")  # in place, as pytest writes it
        ReportFiles(tmp_path).pytest_verify_event(RunEnded(replace(run, started=began)))
    ReportFiles(tmp_path).pytest_verify_event(RunEnded(replace(run, started=began)))  # in the same second
    dated = sorted(path for path in tmp_path.iterdir() if path.name.startswith("20"))
    assert [path.name.partition("Z")[2] for path in dated] == ["", "", "", "-2"]
    assert [(path / "junit.xml").read_text()[-1] for path in dated] == ["0", "1", "2", "2"]
    assert (tmp_path / "latest").resolve() == dated[-1].resolve()
    assert json.loads((tmp_path / "latest" / "report.json").read_text()) == report_of(replace(run, started=began))


def test_the_oldest_of_many_runs_are_removed_but_never_what_is_not_ours(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2026-01-01T00-00-00Z").mkdir()
    (tmp_path / "2026-01-01T00-00-00Z" / "mine.txt").write_text("kept")
    for minute in range(4):
        ended = RunEnded(replace(run, started=run.started.replace(minute=minute)))
        ReportFiles(tmp_path, 2).pytest_verify_event(ended)
    assert len([path for path in tmp_path.iterdir() if (path / "report.json").exists()]) == 3  # `latest` is one
    assert (tmp_path / "2026-01-01T00-00-00Z" / "mine.txt").exists()


@pytest.mark.parametrize("kept", [0, 1])
def test_this_runs_reports_are_kept_whatever_the_policy_and_the_clock_say(run: Run, tmp_path: Path, kept: int) -> None:
    for minute in (3, 5, 4):
        ended = RunEnded(replace(run, started=run.started.replace(minute=minute)))
        ReportFiles(tmp_path, kept).pytest_verify_event(ended)
        assert (tmp_path / "latest" / "report.json").exists()


def test_a_refusal_leaves_no_file_of_the_run_before(run: Run, tmp_path: Path) -> None:
    ReportFiles(tmp_path).pytest_verify_event(RunEnded(run))
    (tmp_path / "junit.xml").touch()
    write_refusal("no engine answers", tmp_path)
    report = valid(json.loads((tmp_path / "report.json").read_text()))
    assert (report["exit_code"], report["sentence"], report["findings"]) == (2, "no engine answers", [])
    assert "no engine answers" in (tmp_path / "report.md").read_text()
    assert not (tmp_path / "junit.xml").exists()


def test_a_refusal_where_nothing_can_be_written_is_still_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    write_refusal("no engine answers", tmp_path / "file" / "report")


def test_a_folder_that_takes_a_report_is_left_as_it_was(tmp_path: Path) -> None:
    must_be_writable(tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("below", ["file", "file/report"])
def test_a_folder_that_is_none_is_said_so(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotRunError, match=r"^no report can be written to .*--report-dir$"):
        must_be_writable(tmp_path / below)


def test_names_that_are_no_text_are_written(run: Run, tmp_path: Path) -> None:
    (test,) = (each for each in run.tests if each.example)
    odd = replace(test, findings=(replace(test.findings[1], path="\udcff"),))
    ReportFiles(tmp_path).pytest_verify_event(RunEnded(replace(run, tests=(odd,))))
    assert "\\udcff" in (tmp_path / "report.md").read_text()
    assert (tmp_path / "report.json").stat().st_size <= PROBE


def test_the_report_on_standard_output_is_the_one_in_the_file(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ReportFiles(tmp_path).pytest_verify_event(RunEnded(run))
    answer = ReportAnswer()
    answer.run = run
    answer.print()
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "report.json").read_text())


def test_a_run_that_never_was_has_no_report_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    ReportAnswer().print()
    assert capsys.readouterr().out == ""
