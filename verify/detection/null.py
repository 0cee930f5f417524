"""The null control: the whole suite against an honest duplicity, again and again, with other seeds."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from verify.assets import suite
from verify.detection.pytest_runs import run_pytest
from verify.detection.result import Null


def null_control(runs: int, options: list[str], profile: str, folder: Path, say: Callable[[str], None]) -> Null:
    """Given how many runs to make, and pytest's options for one, make them, each with another seed."""
    begun, alarms, troubles = time.monotonic(), 0, 0
    for seed in range(runs):
        place = folder / f"null-{seed}"
        place.mkdir(parents=True)
        seeded = [*options, f"--profile={profile}", f"--report-dir={place}", f"--hypothesis-seed={seed}"]
        ended = run_pytest(suite(), seeded, place, timeout=None, plugins=["xdist.plugin"])
        report = json.loads((place / "report.json").read_text()) if ended else {"findings": [], "verdict": "none"}
        alarms += bool(report["findings"])
        troubles += not report["findings"] and report["verdict"] != "proven"
        say(f"null {seed}: {report['verdict']}, {len(report['findings'])} findings")
    return Null(runs, alarms, troubles, round(time.monotonic() - begun, 1), profile)
