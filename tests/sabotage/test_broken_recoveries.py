"""A duplicity that passes over damage, or over a backup that broke off, turns the suite red."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from verify.lab.provision import provision_duplicity

SUITE = Path(__file__).parent.parent / "suite" / "test_faults.py"

# Each stands in duplicity's place: REAL is the real one's command, and STATE a file of its own.
SUCCEEDS_ALWAYS = """
REAL "$@"
exit 0
"""
BACKS_UP_ONCE = """
case "$1" in
    full|incremental)
        if grep -qxF "$1 $(eval echo \\${$#})" STATE 2>/dev/null; then exit 0; fi
        echo "$1 $(eval echo \\${$#})" >>STATE ;;
esac
exec REAL "$@"
"""
CAUGHT_BY = {
    "damage-noticed": (SUCCEEDS_ALWAYS, "full-volume-missing"),
    "rerun-recovers": (BACKS_UP_ONCE, "full-archive-kept-plain-after-upload-1"),
}


@pytest.mark.parametrize("check", CAUGHT_BY)
def test_the_suite_tells_what_a_saboteur_passed_over(check: str, tmp_path: Path) -> None:
    script, chosen = CAUGHT_BY[check]
    real = shlex.join(provision_duplicity("3.2.1").command)
    program, report = tmp_path / "duplicity", tmp_path / "report"
    program.write_text("#!/bin/sh" + script.replace("REAL", real).replace("STATE", str(tmp_path / "state")))
    program.chmod(0o755)

    options = ["--runtime=embedded", f"--duplicity-command={program}", f"--report-dir={report}", "--profile=smoke"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-p", "no:cacheprovider", "-q", "-k", chosen, *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip

    assert done.returncode == 1, done.stdout
    findings = json.loads((report / "report.json").read_text())["findings"]
    assert check in {finding["check"] for finding in findings}, done.stdout
