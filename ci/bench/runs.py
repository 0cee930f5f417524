"""The whole main job, as typed: seconds to the first check's line, to the verdict, and beside duplicity's own.

Usage: uv run python ci/bench/runs.py [embedded] [docker]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from verify.commands.suite_run import WORKERS

FIRST_LINE = {"embedded": 15, "docker": 25}  # seconds
WHOLE = {"embedded": 180}
SHARE = 1.25  # wall time of all labs / sum of the duplicity processes' time
SIGNS = ("✓", "✗", "○", "!")


def main() -> None:
    """Run the main job once in each runtime that was asked for, and print the figures beside their bounds."""
    for runtime in sys.argv[1:] or ["embedded", "docker"]:
        with tempfile.TemporaryDirectory() as folder:
            first, whole = timed(["uv", "run", "duplicity-verify", "--runtime", runtime, "--report-dir", folder])
            statistics = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))["statistics"]
        share = statistics["wall_per_duplicity_second"]
        print(f"{runtime:9} to the first check's line {first:6.1f} s (bound: {FIRST_LINE[runtime]})")
        print(f"{runtime:9} the whole run             {whole:6.1f} s (bound: {WHOLE.get(runtime, 'none')})")
        print(f"{runtime:9} wall / duplicity's time   {share:6.2f} with {WORKERS} labs at once")
        print(f"{runtime:9} the same for each lab     {share * WORKERS:6.2f} (bound: {SHARE})")


def timed(command: list[str]) -> tuple[float, float]:
    """Given a command, return the seconds to the first line of a check, and to its end."""
    begun, first = time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            if line.startswith(SIGNS) and not first:
                first = time.perf_counter() - begun
    assert running.returncode == 0, "the run proved nothing that could be timed"
    return first, time.perf_counter() - begun


if __name__ == "__main__":
    main()
