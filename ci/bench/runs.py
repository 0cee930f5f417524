"""The whole main job, as typed: how long it takes, in cycles of duplicity alone.

A cycle is one encrypted full backup, an incremental one and a restore of the sample tree, by the same duplicity in
the same minutes: so a busy machine makes both slower. In it gpg stretches the passphrase as it does for an operator,
not as little as in a lab.

Usage: uv run python ci/bench/runs.py [embedded] [docker]
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from verify.assets import sample_env, sample_stack
from verify.commands.suite_run import WORKERS
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings
from verify.trees import MARKED

Runtime = Literal["docker", "embedded"]
SIGNS = ("✓", "✗", "○", "!")
FIRST_LINE = 2  # cycles to the first line of a check
CONTAINERS = 1.3  # wall time in containers / embedded
CYCLES = 3  # before each run, and after it
AS_USUAL = "--gpg-options=--s2k-count=65011712"  # gpg's default


@dataclass(frozen=True)
class Kind:
    """A way to type the main job, and how many cycles it may take."""

    name: str
    words: tuple[str, ...]
    bound: float


KINDS = (
    Kind("smoke", ("--profile", "smoke"), 10),
    Kind("default, for the first time", ("--again",), 30),
    Kind("default, proven before", (), 10),
)


def main() -> None:
    """Run the main job in each runtime that was asked for, and print the figures beside their bounds."""
    seconds: dict[str, dict[str, float]] = {}
    for runtime in sys.argv[1:] or ["embedded", "docker"]:
        seconds[runtime] = {kind.name: told("docker" if runtime == "docker" else "embedded", kind) for kind in KINDS}
    if len(seconds) > 1:
        for kind in KINDS:
            share = seconds["docker"][kind.name] / seconds["embedded"][kind.name]
            print(f"{kind.name:28} in containers / embedded {share:5.2f} (bound: {CONTAINERS})")


def told(runtime: Runtime, kind: Kind) -> float:
    """Run the main job in one way, print its figures, and return its seconds."""
    cycles = cycles_of(runtime)
    first, whole, share = timed(runtime, kind)
    cycle = statistics.median([*cycles, *cycles_of(runtime)])
    print(f"{runtime:9} {kind.name:28} a cycle {cycle:5.1f} s")
    print(f"{runtime:9} {kind.name:28} the first line {first:6.1f} s, {first / cycle:5.1f} (bound: {FIRST_LINE})")
    print(f"{runtime:9} {kind.name:28} the whole run {whole:7.1f} s, {whole / cycle:5.1f} (bound: {kind.bound})")
    print(f"{runtime:9} {kind.name:28} wall / duplicity's time {share:.2f} with {WORKERS} labs at once", flush=True)
    return whole


def cycles_of(runtime: Runtime) -> list[float]:
    """Return the seconds of some cycles in a lab of a runtime."""
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, "duplicity.env")
        job.write_text(sample_env().read_text().replace("\nOPTIONS=", f"\nOPTIONS={AS_USUAL} "), encoding="utf-8")
        with open_lab(LabSettings.from_options({"env_file": job, "stack": sample_stack()}), runtime) as lab:
            return [cycle(lab) for _ in range(CYCLES)]


def cycle(lab: Lab) -> float:
    """Back the sample tree up, change it, back it up and restore it; return the seconds of duplicity's commands."""
    before = lab.statistics["duplicity_milliseconds"]
    newest = lab.back_up(MARKED, encrypted=True).points[-1]
    lab.restore(newest).must_equal(newest.inventory)
    return (lab.statistics["duplicity_milliseconds"] - before) / 1000


def timed(runtime: Runtime, kind: Kind) -> tuple[float, float, float]:
    """Return the seconds to the first line of a check and to the end, and the latter in duplicity's own."""
    begun, first = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        command = ["uv", "run", "duplicity-verify", "--runtime", runtime, "--report-dir", folder, *kind.words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout or ():
                if line.startswith(SIGNS) and not first:
                    first = time.perf_counter() - begun
        whole = time.perf_counter() - begun
        assert running.returncode == 0, "the run proved nothing that could be timed"
        report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
    return first, whole, report["statistics"]["wall_per_duplicity_second"]


if __name__ == "__main__":
    main()
