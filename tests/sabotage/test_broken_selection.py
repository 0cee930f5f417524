"""A duplicity that selects wrongly turns the suite red, by the right check, and the finding names the path."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from verify.lab.provision import provision_duplicity

HERE = Path(__file__).parent
SUITE = HERE.parent / "suite" / "test_job_rules.py"
RECIPE = "--exclude /var/data/runtime --exclude /var/data/registry"
BAD = "--exclude /var/data/runtime --include /var/data/registry"  # duplicity refuses an inclusion that is last
CAUGHT_BY = {
    "drop-an-exclude": (RECIPE, {("excluded-absent", "runtime/inside"), ("excluded-absent", "runtime")}),
    "ignore-case": (RECIPE, {("included-present", "RUNTIME/inside"), ("included-present", "REGISTRY/inside")}),
    "lose-the-anchor": (RECIPE, {("included-present", "elsewhere/runtime/inside")}),
    "take-beginnings": (RECIPE, {("included-present", "runtime2/beside"), ("included-present", "registry.d")}),
    "fold-widths": (RECIPE, {("included-present", "\N{FULLWIDTH LATIN SMALL LETTER R}untime")}),
    "swallow-bad-rules": (BAD, {("oracle-agrees", "")}),
    "list-what-is-not-there": (RECIPE, {("oracle-agrees", "not/there")}),
}


@pytest.mark.parametrize("saboteur", CAUGHT_BY)
def test_the_suite_names_the_path_that_a_saboteur_selects_wrongly(saboteur: str, tmp_path: Path) -> None:
    options, wanted = CAUGHT_BY[saboteur]
    env_file = tmp_path / "duplicity.env"
    env_file.write_text(f"SRC=/var/data\nDST=s3:///bucket/prefix\nOPTIONS=--no-encryption {options}\n")

    done = run_suite(wrapped(saboteur, tmp_path), env_file, tmp_path / "report")

    assert done.returncode == 1, done.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    found = {(finding["check"], finding["path"]) for finding in report["findings"]}
    assert wanted <= found, f"{sorted(wanted - found)} are missing of {sorted(found)}"


def wrapped(saboteur: str, folder: Path) -> Path:
    """Given a saboteur's name, return a program that stands in duplicity's place."""
    program = folder / "duplicity"
    real = provision_duplicity("3.2.1").command
    call = shlex.join([sys.executable, str(HERE / "broken_selection.py"), saboteur, *real])
    program.write_text(f'#!/bin/sh\nexec {call} -- "$@"\n')
    program.chmod(0o755)
    return program


def run_suite(command: Path, env_file: Path, report: Path) -> subprocess.CompletedProcess[str]:
    """Run the module of the suite on the job's rules, unchanged, with a program in duplicity's place."""
    options = [
        "--runtime=embedded",
        "-k=around-folders",
        f"--duplicity-command={command}",
        f"--env-file={env_file}",
        f"--report-dir={report}",
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-p", "no:cacheprovider", "-q", *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
