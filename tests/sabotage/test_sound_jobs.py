"""The suite finds nothing in jobs that are sound: what it says of the others is no noise."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify.lab.hosts.runtime import engine

ROOT = Path(__file__).parents[2]
MODULES = [ROOT / "tests" / "suite" / name for name in ("test_job.py", "test_job_received.py", "test_job_rules.py")]
JOBS = {
    "globs": ["--env-file=globs.env"],
    "conditions": ["--env-file=conditions.env"],
    "lists": ["--env-file=lists.env", "--stack=lists.yml"],
}
DECIDED = {"included-present", "excluded-absent", "selection-as-predicted", "job-complete", "env-file-reads-alike"}
# `$` means something else to docker compose: the job keeps to docker run, and that is a finding.
FOUND = {"conditions": {"env-file-reads-alike"}}


BY_DAY = [("globs", "docker"), ("conditions", "embedded"), ("lists", "docker")]
BY_NIGHT = [("globs", "embedded"), ("conditions", "docker"), ("lists", "embedded")]
by_night = pytest.mark.nightly(reason="by day it is tried in the other runtime")


@pytest.mark.parametrize(("job", "runtime"), [*BY_DAY, *(pytest.param(*each, marks=by_night) for each in BY_NIGHT)])
def test_nothing_is_found_in_a_sound_job(job: str, runtime: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    if runtime == "docker" and not engine().ok:
        pytest.skip(engine().why)

    profile = "default" if pytestconfig.option.profile == "nightly" else "smoke"
    done = run_suite([f"--runtime={runtime}", f"--report-dir={tmp_path}", f"--profile={profile}", *JOBS[job]])

    report = json.loads((tmp_path / "report.json").read_text())
    assert {finding["check"] for finding in report["findings"]} == FOUND.get(job, set()), done.stdout
    assert not report["troubles"]
    decided = {check["id"] for check in report["checks"] if check["outcome"] in {"proven", "finding"}}
    assert decided >= DECIDED | ({"options-reach-duplicity", "job-runs"} if runtime == "docker" else set())


def run_suite(options: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the modules of the suite that are about the job, unchanged, beside the sample jobs."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, MODULES), "-p", "no:cacheprovider", "-q", *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
        cwd=ROOT / "fixtures" / "jobs",
    )  # fmt: skip
