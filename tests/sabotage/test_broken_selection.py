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
SUITE = HERE.parent / "suite"
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
OWN_RULES, LAST = "own-rules-only", "an-inclusion-last"
PROOF_CAUGHT_BY = {
    "drop-an-exclude": (OWN_RULES, ("excluded-absent", "p000/data/runtime/f")),
    "ignore-case": (OWN_RULES, ("included-present", "p000/data/Runtime")),
    "lose-the-anchor": (OWN_RULES, ("included-present", "p000/elsewhere/data/runtime")),
    "take-beginnings": (OWN_RULES, ("included-present", "p000/data/runtime2")),
    "swallow-bad-rules": (LAST, ("oracle-agrees", "")),
    "list-what-is-not-there": (OWN_RULES, ("oracle-agrees", "not/there")),
}


@pytest.mark.parametrize("saboteur", CAUGHT_BY)
def test_the_suite_names_the_path_that_a_saboteur_selects_wrongly(saboteur: str, tmp_path: Path) -> None:
    options, wanted = CAUGHT_BY[saboteur]
    env_file = tmp_path / "duplicity.env"
    env_file.write_text(f"SRC=/var/data\nDST=s3:///bucket/prefix\nOPTIONS=--no-encryption {options}\n")

    command = wrapped(saboteur, tmp_path)
    found = found_by(
        "test_job_rules.py", tmp_path, "-k=around-folders", f"--duplicity-command={command}", f"--env-file={env_file}"
    )

    assert wanted <= found, f"{sorted(wanted - found)} are missing of {sorted(found)}"


@pytest.mark.parametrize("saboteur", PROOF_CAUGHT_BY)
def test_the_proof_of_the_oracle_names_the_pair_that_a_saboteur_selects_wrongly(saboteur: str, tmp_path: Path) -> None:
    chosen, wanted = PROOF_CAUGHT_BY[saboteur]
    command = wrapped(saboteur, tmp_path)

    found = found_by("test_selection.py", tmp_path, f"-k={chosen}", "--profile=smoke", f"--duplicity-command={command}")

    assert wanted in found
    assert ("oracle-agrees", "") in found, "the finding that names the rules is missing"


def wrapped(saboteur: str, folder: Path) -> Path:
    """Given a saboteur's name, return a program that stands in duplicity's place."""
    program = folder / "duplicity"
    real = provision_duplicity("3.2.1").command
    call = shlex.join([sys.executable, str(HERE / "broken_selection.py"), saboteur, *real])
    program.write_text(f'#!/bin/sh\nexec {call} -- "$@"\n')
    program.chmod(0o755)
    return program


def found_by(module: str, folder: Path, *options: str) -> set[tuple[str, str]]:
    """Run a module of the suite, unchanged; return the check and the path of each finding."""
    call = [
        str(SUITE / module),
        "-p",
        "no:cacheprovider",
        "-q",
        "--runtime=embedded",
        f"--report-dir={folder / 'report'}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *call, *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    report = json.loads((folder / "report" / "report.json").read_text())
    return {(finding["check"], finding["path"]) for finding in report["findings"]}
