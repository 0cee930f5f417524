"""The null control: the whole suite against an honest duplicity, again and again, with other seeds."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verify.assets import suite
from verify.detection.pytest_runs import run_pytest
from verify.detection.result import Row

NO_REPORT: dict[str, Any] = {"findings": [], "verdict": "none"}


def null_runs(
    seeds: Iterable[int], options: list[str], profile: str, folder: Path, say: Callable[[str], None]
) -> Iterator[Row]:
    """Given seeds, and pytest's options for a run, make a run with each seed; yield each as in the JSON file."""
    for seed in seeds:
        begun, place = time.monotonic(), folder / f"null-{seed}"
        place.mkdir(parents=True)
        seeded = [*options, f"--profile={profile}", f"--report-dir={place}", f"--hypothesis-seed={seed}"]
        ended = run_pytest(suite(), seeded, place, timeout=None, plugins=["xdist.plugin"])
        report = json.loads((place / "report.json").read_text()) if ended else NO_REPORT
        found = sorted({finding["check"] for finding in report["findings"]})
        yield {
            "seed": seed,
            "verdict": report["verdict"],
            "findings": found,
            "seconds": round(time.monotonic() - begun, 1),
            "day": datetime.now(UTC).date().isoformat(),
        }
        say(f"null {seed}: {report['verdict']}{': ' if found else ''}{', '.join(found)}")
