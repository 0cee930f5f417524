"""Past drills as a table, and their figures as lines that rise and fall."""

import contextlib
import json
import time
from pathlib import Path

import pytest

from verify.cli import main
from verify.commands.history_table import sparkline, table_of, trends_of
from verify.drill.ledger.ledger import Ledger, PastDrill
from verify.durations import age_words

FIGURES = {
    "newest": 1, "age": 5_000, "files_restored": 120, "bad": 0, "volumes": 40, "volumes_proven": 12,
    "downloaded": 2_000_000_000, "full_seconds": 720, "full_bytes": 9_000_000_000,
}  # fmt: skip
COUNTS = {"lost": 1, "at-risk": 0, "tidy-up": 2}


def test_a_drill_is_a_line() -> None:
    head, line, other = table_of(
        [PastDrill(0, 9, "proven", {**FIGURES, "findings": COUNTS}), PastDrill(86_400, 86_409, "could-not-run", {})]
    )
    assert head.split("  ")[0] == "drill"
    assert (
        " ".join(line.split()) == "1970-01-01 00:00 ✓ proven 1 lost, 2 tidy up 1.4 h 120 files 0 12 of 40 2.0 GB 12 min"
    )
    assert other.split() == ["1970-01-02", "00:00", "!", "could-not-run", "-", "-", "-", "-", "-", "-", "-"]


def test_figures_are_drawn_from_the_least_to_the_largest() -> None:
    assert sparkline([1, 2, 3, 8]) == "▁▂▃█"
    assert sparkline([5, 5, 5]) == "▅▅▅"
    drills = [PastDrill(0, 0, "proven", {"full_seconds": seconds}) for seconds in (60, 90, 720)]
    assert trends_of(drills) == ["estimated full restore time  ▁▁█  from 60 s to 12 min"]
    assert trends_of(drills[:1]) == []


def test_the_command_prints_each_destinations_drills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for destination in ("s3:///one", "s3:///two"):
        ledger = Ledger(tmp_path / "drill", destination)
        number = ledger.begin(0)
        ledger.note_figures(number, FIGURES)
        ledger.end(number, 9, "proven", COUNTS)
        ledger.begin(10)  # still at work, or killed
        ledger.close()
    before = (tmp_path / "drill/ledger.sqlite").read_bytes()
    assert main(["history", f"--report-dir={tmp_path}"]) == 0
    said = capsys.readouterr().out
    assert said.count("✓ proven") == 2
    assert "s3:///one" in said
    assert main(["history", f"--report-dir={tmp_path}", "--format=json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["destination"], each["verdict"], each["bad"], each["findings"]) for each in told] == [
        ("s3:///one", "proven", 0, COUNTS),
        ("s3:///two", "proven", 0, COUNTS),
    ]
    assert (tmp_path / "drill/ledger.sqlite").read_bytes() == before


def test_the_page_of_a_jobs_drills_has_the_bound_of_its_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ledger = Ledger(tmp_path / ".duplicity-verify/jobs/web/drill", "s3:///one")
    for night in (0, 86_400):
        number = ledger.begin(night)
        ledger.note_figures(number, FIGURES)
        ledger.end(number, night + 9, "proven", COUNTS)
    ledger.close()
    Path("duplicity-verify.toml").write_text('[jobs.web]\nenv_file = "web.env"\n')
    words = ["history", "--job", "web", "--html", "page.html"]
    assert main(words) == 0
    assert 'class="bound"' not in Path("page.html").read_text()
    Path("duplicity-verify.toml").write_text('max_restore_time = "1h"\n[jobs.web]\nmax_restore_time = "10m"\n')
    assert main(words) == 0
    page = Path("page.html").read_text()
    assert page.count('class="bound"') == 1


@pytest.mark.parametrize("content", [None, b"no database, but long enough to look like one " * 5])
def test_without_drills_one_sentence_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    if content:
        (tmp_path / "drill").mkdir()
        (tmp_path / "drill/ledger.sqlite").write_bytes(content)
    assert main(["history", f"--report-dir={tmp_path}"]) == 2
    assert ("cannot be read" if content else "no drill was made with") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ended", "begun", "code"),
    [
        (20, None, 0),
        (27, None, 1),
        (27, 1, 0),  # the next one is at work
        (53, 1, 1),  # or so it has been for too long
        (60, 30, 1),  # that one was killed
    ],
)
def test_a_drill_that_is_overdue_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ended: int, begun: int | None, code: int
) -> None:
    now = time.time()
    with contextlib.closing(Ledger(tmp_path / "drill", "file:///once")) as ledger:  # the job had it once
        ledger.end(ledger.begin(0), 9, "proven")
    with contextlib.closing(Ledger(tmp_path / "drill", "file:///x")) as ledger:
        ledger.end(ledger.begin(now - ended * 3600 - 60), now - ended * 3600, "findings")
        if begun:
            ledger.begin(now - begun * 3600)
    assert main(["history", f"--report-dir={tmp_path}", "--due=26h"]) == code
    assert capsys.readouterr().out == (
        f"the last drill ended {age_words(ended * 3600)} ago, {'and was due within' if code else 'within'} 26h\n"
    )


def test_what_is_no_duration_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.closing(Ledger(tmp_path / "drill", "file:///x")) as ledger:
        assert main(["history", f"--report-dir={tmp_path}", "--due=26h"]) == 2
        ledger.end(ledger.begin(0), 9, "proven")
    assert main(["history", f"--report-dir={tmp_path}", "--due=26 hours"]) == 2
    assert "no drill has ended with" in (said := capsys.readouterr().err)
    assert "--due 26 hours is no duration: write a duration" in said
