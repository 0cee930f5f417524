"""A duplicity that restores one thing wrongly turns the suite red, and the finding names the path."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from verify.lab.provision import provision_duplicity
from verify.trees import printable

HERE = Path(__file__).parent
SUITE = HERE.parent / "suite" / "test_points_in_time.py"
CAUGHT_BY = {
    "flip-a-byte": "content",
    "drop-a-file": "structure",
    "lose-a-mode-bit": "metadata",
}


@pytest.mark.parametrize(("saboteur", "check"), CAUGHT_BY.items())
def test_the_suite_names_the_path_that_a_saboteur_hit(saboteur: str, check: str, tmp_path: Path) -> None:
    command, victims = wrapped(saboteur, tmp_path), tmp_path / "victims"

    done = run_suite(command, tmp_path / "report")

    assert done.returncode == 1, done.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["verdict"] == "findings"
    hit = {printable(path) for path in victims.read_bytes().split(b"\0") if path}
    found = {finding["path"] for finding in report["findings"] if finding["check"] == check}
    assert found & hit, f"{saboteur} hit {sorted(hit)}, the findings of {check} name {sorted(found)}"


def wrapped(saboteur: str, folder: Path) -> Path:
    """Given a saboteur's name, return a program that stands in duplicity's place."""
    real = provision_duplicity("3.2.1").command
    program = folder / "duplicity"
    call = shlex.join([sys.executable, str(HERE / "broken_restores.py"), saboteur, str(folder / "victims"), *real])
    program.write_text(f'#!/bin/sh\nexec {call} -- "$@"\n')
    program.chmod(0o755)
    return program


def run_suite(command: Path, report: Path) -> subprocess.CompletedProcess[str]:
    """Run the module of the suite that restores, unchanged, with a program in duplicity's place."""
    options = [
        "--runtime=embedded",
        f"--duplicity-command={command}",
        f"--report-dir={report}",
        "--profile=smoke",
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-p", "no:cacheprovider", "-q", *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
