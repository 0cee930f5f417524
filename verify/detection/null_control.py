"""The null control: the whole suite against an honest duplicity, again and again, with another tree and another job.

The jobs are sound (`verify.job.drawn`), so there is nothing to find. A finding is a false alarm, unless duplicity
itself refuses the job, or does not give back what it was given, when it is called by hand.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from verify.assets import suite
from verify.detection.by_hand import called_by_hand, explain
from verify.detection.pytest_runs import run_pytest
from verify.detection.result import Row
from verify.detection.trials import side_by_side
from verify.job import read_job
from verify.job.drawn import SoundJob, job_of_seed
from verify.job.drawn.sound_stacks import ENV_FILE
from verify.lab.client.provision import Provisioned

STACK = "stack.yml"
NO_REPORT: dict[str, Any] = {"findings": [], "verdict": "none"}


def null_runs(
    seeds: Iterable[int],
    options: list[str],
    profile: str,
    folder: Path,
    *,
    duplicity: Provisioned,
    workers: int,
    say: Callable[[str], None],
) -> Iterator[Row]:
    """Given seeds, pytest's options and a duplicity, make a run with each seed; yield each as in the JSON file.

    `workers` runs go on at once; they are yielded as they end.
    """
    run = partial(_run, options, profile, folder, duplicity)
    for row in side_by_side(run, seeds, workers):
        yield row
        say(_line(row))


def _run(options: list[str], profile: str, folder: Path, duplicity: Provisioned, seed: int) -> Row:
    begun, place, job = time.monotonic(), folder / f"null-{seed}", job_of_seed(seed)
    place.mkdir(parents=True)
    named = _written(job, place)
    seeded = [*options, f"--profile={profile}", f"--report-dir={place}", f"--hypothesis-seed={seed}"]
    ended = run_pytest(suite(), [*seeded, named], place, timeout=None)
    report = json.loads((place / "report.json").read_text()) if ended else NO_REPORT
    row = _row(seed, job, report, time.monotonic() - begun)
    return row | (_by_hand(row["findings"], duplicity, place) if row["findings"] else {})


def _written(job: SoundJob, place: Path) -> str:
    """Write a job's files into a folder; return the option that names the one that names the other, if there is one."""
    (place / ENV_FILE).write_text(job.env_text, encoding="utf-8")
    if not job.stack_text:
        return f"--env-file={place / ENV_FILE}"
    (place / STACK).write_text(job.stack_text, encoding="utf-8")
    return f"--stack={place / STACK}"


def _row(seed: int, job: SoundJob, report: dict[str, Any], seconds: float) -> dict[str, Any]:
    return {
        "seed": seed,
        "verdict": report["verdict"],
        "findings": sorted({finding["check"] for finding in report["findings"]}),
        "seconds": round(seconds, 1),
        "day": datetime.now(UTC).date().isoformat(),
        "job": str(job),
    }


def _by_hand(checks: list[str], duplicity: Provisioned, place: Path) -> dict[str, Any]:
    """Return what duplicity says of the job by itself, and whether that explains a finding of each of the checks."""
    stack = place / STACK
    job = read_job(None, stack, {}) if stack.exists() else read_job(place / ENV_FILE, None, {})
    called = called_by_hand(job, duplicity, place / "by-hand")
    return {"by_hand": [str(each) for each in called], "explained": explain(checks, called)}


def _line(row: Row) -> str:
    found = ", ".join(row["findings"])
    why = " (duplicity says so itself)" if row.get("explained") else ""
    return f"null {row['seed']}: {row['verdict']}{': ' if found else ''}{found}{why}"
