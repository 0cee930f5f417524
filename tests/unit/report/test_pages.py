"""Pages are one file without a script, say the verdict first, and show hostile names as text."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from verify.checks import Finding, Severity
from verify.cli import main
from verify.report.files import write_refusal
from verify.report.json_report import SCHEMA_VERSION, report_of
from verify.report.outcome import CheckResult, Ending, Outcome, Planned, Run, TestResult
from verify.report.pages.history_page import history_page
from verify.report.pages.rendering import seen
from verify.report.pages.report_page import report_page

HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "</title></style>",
    "\u202etxt.exe",
    "\ud800",
    "a\x1b[2Jb",
    '"><img src=x>',
]
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
DAY = 86_400


class Reader(HTMLParser):
    """Gathers what a browser would make of a page: elements, their attributes, the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements, self.attributes, self.text = list[str](), list[tuple[str, str]](), ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def report_with(text: str) -> dict[str, Any]:
    """Return the report of a run whose finding, reasons and job hold a text."""
    found = Finding("content", text, text, text, text, text, severity=Severity.LOST)
    failed = TestResult("test_a", Planned(("content",), "embedded"), Ending.FINDINGS, findings=(found,), example=text)
    skipped = TestResult("test_b", Planned(("retention",), "embedded"), Ending.SKIPPED, reason=f"needs {text}")
    checks = (
        CheckResult("content", "embedded", Outcome.FINDING, (failed,), (found,)),
        CheckResult("retention", "embedded", Outcome.NOT_PROVEN, (skipped,), reason=f"needs {text}"),
    )
    job = {"source": text, "destination": text, "encrypted": True, "notes": [text]}
    lab = {"job": job, "runtime": {"name": "embedded", "why": text}, "versions": {"duplicity": text}, "notes": [text]}
    return report_of(Run(NOW, NOW, checks, (failed, skipped), troubles=(text,), labs=(lab,)))


def nights(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "started": NOW.timestamp() + night * DAY, "ended": NOW.timestamp() + night * DAY + 60, "verdict": "proven",
            "age": 3600, "volumes": 40, "volumes_proven": min(40, 2 * night), "full_seconds": 60, "full_low": 50,
            "full_high": 90, "full_bytes": 10**9, **more,
        }
        for night in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text_and_nothing_else(text: str) -> None:
    for page in (report_page(report_with(text)), history_page({text: nights(2, verdict=text)})):
        page.encode()
        read = Reader(page)
        assert not {"script", "img", "iframe", "link", "object"} & set(read.elements)
        assert not [name for name, _ in read.attributes if name.startswith("on") or name in {"src", "href", "style"}]
        assert seen(text) in read.text
    assert len(re.findall(r"<h1>", report_page(report_with(text)))) == 1


@pytest.mark.parametrize("page", [report_page(report_with("a")), history_page({"a": nights(3)}), history_page({})])
def test_a_page_loads_nothing(page: str) -> None:
    assert """content="default-src 'none'; style-src 'unsafe-inline'">""" in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_verdict_comes_first_and_what_is_not_proven_before_the_findings() -> None:
    read = Reader(report_page(report_with("a/path")))
    text = read.text[read.text.rindex("✗ FINDINGS") :]
    order = [text.index(each) for each in ("Why it could not run", "What was not proven", "Findings", "Checks")]
    assert order == sorted(order)
    assert "needs a/path: retention" in read.text


def test_an_invisible_character_is_spelt_out_and_a_long_text_is_cut_in_its_middle() -> None:
    assert seen("a\u202eb\ud800c\n") == "a\\u202eb\\ud800c\n"
    assert seen(f"begin{'x' * 5000}end").startswith("begin")
    assert seen(f"begin{'x' * 5000}end").endswith("end")
    assert len(seen("x" * 5000)) < 2100


def test_charts_say_the_same_as_their_tables() -> None:
    page = history_page({"s3:///nightly": nights(5)}, max_restore_time=100)
    read = Reader(page)
    assert read.elements.count("svg") == 5
    assert read.elements.count("rect") == 5
    assert read.elements.count("polyline") == 4
    assert "32 of 40 volumes were never proven; at this pace all will have been on 2026-12-21." in read.text
    assert page.count('class="bound"') == 1
    assert "60 s (50 s to 90 s)" in read.text


def test_the_page_of_a_report_is_made_again(tmp_path: Path) -> None:
    write_refusal("the store is dead", tmp_path)
    page = tmp_path / "again.html"
    assert main(["report", f"--report-dir={tmp_path}", f"--html={page}"]) == 0
    assert page.read_text() == (tmp_path / "report.html").read_text()
    assert "the store is dead" in page.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read (No such file or directory): name its folder with --report-dir"),
        ("[]", "is no report of duplicity-verify"),
        (json.dumps({"schema_version": SCHEMA_VERSION + 1}), "is by a later duplicity-verify"),
    ],
)
def test_what_is_no_report_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert main(["report", f"--report-dir={tmp_path}", f"--html={tmp_path / 'page.html'}"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_which_file_to_write_has_to_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_refusal("the store is dead", tmp_path)
    assert main(["report", f"--report-dir={tmp_path}"]) == 2
    assert "report needs the file to write: --html FILE" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_refusal("the store is dead", tmp_path)
    assert main(["report", f"--report-dir={tmp_path}", f"--html={tmp_path / 'nowhere/page.html'}"]) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err
