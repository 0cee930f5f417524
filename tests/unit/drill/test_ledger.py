"""What drills remember, and what a killed one leaves."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from verify.archive.manifests import Manifest, Volume
from verify.archive.sets import Object
from verify.checks import Finding
from verify.drill.ledger.ledger import FILE, Ledger
from verify.drill.ledger.lock import only_one
from verify.errors import CannotRunError
from verify.plugin.drill import LedgerNotes
from verify.report.events import RunEnded
from verify.report.outcome import Ending, Planned, Run, TestResult


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path, "s3:///bucket/prefix")
    yield opened
    opened.close()


def test_drills_that_have_ended_are_remembered_oldest_first(ledger: Ledger) -> None:
    first, second, killed = ledger.begin(1), ledger.begin(2), ledger.begin(3)
    ledger.note_figures(first, {"newest": 7})
    ledger.end(second, 20, "findings")
    ledger.end(first, 10, "proven")
    assert killed
    assert [(each.started, each.ended, each.verdict, each.figures) for each in ledger.past] == [
        (1, 10, "proven", {"newest": 7}),
        (2, 20, "findings", {}),
    ]


def test_what_a_drill_found_is_noted_beside_what_it_measured(ledger: Ledger, tmp_path: Path) -> None:
    number = ledger.begin(1)
    ledger.note_figures(number, {"newest": 7})
    found = (Finding("fresh"), Finding("chain-complete"), Finding("job-ran"))
    now = datetime.now(UTC)
    run = Run(now, now, tests=(TestResult("t", Planned(), Ending.FINDINGS, findings=found),))
    opened: Any = SimpleNamespace(number=number, settings=SimpleNamespace(folder=tmp_path), ledger=ledger)
    LedgerNotes(opened).pytest_verify_event(RunEnded(run))
    (past,) = ledger.past
    assert past.verdict == "findings"
    assert past.figures == {"newest": 7, "findings": {"lost": 1, "at-risk": 2, "tidy-up": 0}}


def test_each_destination_has_a_memory_of_its_own(ledger: Ledger, tmp_path: Path) -> None:
    ledger.end(ledger.begin(1), 2, "proven")
    ledger.note_objects([Object("a", 1)], 1)
    other = Ledger(tmp_path, "file:///elsewhere")
    assert (other.past, other.sizes) == ([], {})
    other.close()


def test_an_object_keeps_the_size_that_it_was_first_seen_with(ledger: Ledger) -> None:
    ledger.note_objects([Object("a", 100), Object("b", 7)], 1)
    ledger.note_objects([Object("a", 90)], 2)
    assert ledger.sizes == {"a": 100}


def test_a_proof_holds_as_long_as_the_object_is_the_same(ledger: Ledger) -> None:
    ledger.note_proven([Object("a", 100, "v1")], 5)
    ledger.note_objects([Object("a", 100, "v1"), Object("b", 1, "v1")], 6)
    assert ledger.proven([Object("a", 100, "v1"), Object("b", 1, "v1")]) == {"a": 5}
    assert ledger.proven([Object("a", 100, "v2")]) == {}


def test_a_volume_that_is_found_bad_is_proven_no_more(ledger: Ledger) -> None:
    ledger.note_proven([Object("a", 100, "v1"), Object("b", 1, "v1")], 5)
    ledger.note_bad(["a"])
    assert ledger.proven([Object("a", 100, "v1"), Object("b", 1, "v1")]) == {"b": 5}


def test_a_manifest_is_remembered_as_long_as_the_object_is_the_same(ledger: Ledger) -> None:
    manifest = Manifest({1: Volume(1, b"", b"\xff\n", ("SHA1", "00")), 2: Volume(2, b"a", b"b", None)})
    ledger.note_manifest(Object("m", 1, "v1"), manifest)
    assert ledger.manifest(Object("m", 1, "v1")) == manifest
    assert ledger.manifest(Object("m", 1, "v2")) is None


def test_an_object_without_a_version_is_never_remembered(ledger: Ledger) -> None:
    ledger.note_manifest(Object("m", 1), Manifest({}))
    assert ledger.manifest(Object("m", 1)) is None


def test_how_much_a_point_holds_is_remembered(ledger: Ledger) -> None:
    assert ledger.paths_of(5) is None
    ledger.note_point(5, 300)
    assert ledger.paths_of(5) == 300


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 9, b"version"])
def test_what_is_no_ledger_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    if content == b"version":
        database = sqlite3.connect(tmp_path / FILE)
        database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CannotRunError, match=r"cannot be used .*: move it away"):
        Ledger(tmp_path, "file:///x")


KILLED = """
import os, signal, sys
from pathlib import Path
from verify.drill.ledger.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]), "file:///x")
ledger.begin(1)
with ledger._transaction() as db:
    db.execute("UPDATE drills SET verdict = 'half'")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_drill_leaves_a_ledger_that_the_next_one_goes_on_with(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    ledger = Ledger(tmp_path, "file:///x")
    assert ledger.past == []
    ledger.end(ledger.begin(2), 3, "proven")
    assert [each.verdict for each in ledger.past] == ["proven"]
    ledger.close()


def test_a_second_drill_is_refused_and_says_who_is_at_work(tmp_path: Path) -> None:
    refused = pytest.raises(CannotRunError, match=rf"process {os.getpid()}, since 1970-01-01")
    with only_one(tmp_path, 0), refused, only_one(tmp_path, 1):
        pass
    with only_one(tmp_path, 2):
        pass
