"""What a saboteur breaks is found in the default profile, made minimal, kept, and shown by a script without us."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from verify.lab.client.provision import provision_duplicity
from verify.trees import History
from verify.trees.as_json import read

HERE = Path(__file__).parent
TEST = "test_every_point_in_time_comes_back_as_it_was"
SPARE = 3  # paths in all trees together that a shrinker may leave, which need not find the least of all


@pytest.mark.parametrize(
    "saboteur",
    [
        "lose-the-third-incremental",
        pytest.param("swap-beside-a-newline", marks=pytest.mark.nightly(reason="it is made smaller for minutes")),
    ],
)
def test_a_failure_is_found_made_minimal_and_shown_without_us(saboteur: str, tmp_path: Path) -> None:
    command, reports = wrapped(saboteur, tmp_path), tmp_path / "report"

    found = verify(f"--duplicity-command={command}", "-k", TEST, "--runtime=embedded", "-n1", f"--report-dir={reports}")

    assert found.returncode == 1, found.stdout + found.stderr
    (folder,) = (reports / "failures").iterdir()
    assert "Reproduce with:" in found.stdout
    assert f"duplicity-verify replay {folder.name}" in found.stdout
    must_be_minimal(json.loads((folder / "case.json").read_text()), saboteur)

    alone = {name: value for name, value in os.environ.items() if name != "DUPLICITY"}
    shown = run(["sh", str(folder / "repro.sh")], alone)
    assert shown.returncode == 1, shown.stdout + shown.stderr
    assert "FAILED: " in shown.stdout
    sound = run(["sh", str(folder / "repro.sh")], {**alone, "DUPLICITY": real()})
    assert sound.returncode == 0, sound.stdout + sound.stderr

    again = verify("replay", f"--report-dir={reports}")
    assert (again.returncode, again.stdout.partition(" ")[0]) == (1, "FAILED"), again.stdout + again.stderr
    fixed = verify("replay", folder.name, "--duplicity-release=3.2.1", f"--report-dir={reports}")
    assert (fixed.returncode, fixed.stdout.partition(" ")[0]) == (0, "FIXED"), fixed.stdout + fixed.stderr
    assert not folder.exists()


def must_be_minimal(case: dict[str, object], saboteur: str) -> None:
    history = read(case["example"]["history"])  # type: ignore[index]
    assert isinstance(history, History)
    nodes = [len(tree) - 1 for tree in history.trees]
    needed = {"lose-the-third-incremental": 0, "swap-beside-a-newline": 2}[saboteur]
    assert sum(nodes) <= sum(needed + edits for edits in range(4)) + SPARE  # the plainest edit makes an empty file


def real() -> str:
    return shlex.join(provision_duplicity("3.2.1").command)


def wrapped(saboteur: str, folder: Path) -> Path:
    """Given a saboteur, return a program that stands in duplicity's place."""
    words = [sys.executable, str(HERE / "broken_calls.py"), saboteur, str(folder / "state")]
    call = f"{shlex.join(words)} {real()}"
    path = folder / "duplicity"
    path.write_text(f'#!/bin/sh\nexec {call} -- "$@"\n')
    path.chmod(0o755)
    return path


def verify(*words: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "verify.cli", *words], dict(os.environ))


def run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, check=False, capture_output=True, text=True, errors="replace", env=environment)
