"""Histories verified by packs, beside the same one by one: same strategy, same checks, same runtime.

Usage: uv run python ci/bench/packs.py [embedded|docker] [HISTORIES]
Each measurement is a process of its own, with a lab of its own; the one by one has all cores too. At last a
saboteur stands in duplicity's place (embedded), and what is timed is the way from the failure to its folder.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "suite"))

from test_full import test_a_full_backup_comes_back_as_it_was
from test_listing import test_the_listing_shows_the_tree
from test_points_in_time import test_every_point_in_time_comes_back_as_it_was
from test_verify import test_verify_tells_what_changed_since_the_backup

from verify.lab.client.provision import provision_duplicity
from verify.lab.client.variants import CYCLES
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.packs import Checking, Lanes
from verify.lab.packs.checking import PACK
from verify.lab.settings import LabSettings
from verify.plugin.profiles import PACKED

HISTORIES = 3000
ONE_BY_ONE = 20
SEED = 1
ROUND = len(CYCLES["nightly"]) * PACK  # histories with which each variant has had its turn
NIGHTLY = (  # the tests that are packed beside the one of here
    test_a_full_backup_comes_back_as_it_was,
    test_the_listing_shows_the_tree,
    test_verify_tells_what_changed_since_the_backup,
)
SABOTEUR = Path(__file__).parents[2] / "tests" / "sabotage" / "broken_calls.py"
SABOTAGE = "swap-beside-a-newline"


every_point_comes_back = settings(
    max_examples=ONE_BY_ONE,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)(test_every_point_in_time_comes_back_as_it_was)


def main(runtime: str = "embedded", count: str = str(HISTORIES)) -> None:
    """Print the rates, their ratios, and where the CPU time of a packed run goes."""
    cores = len(os.sched_getaffinity(0))
    alone = measured(runtime, "alone", ONE_BY_ONE, cores)
    one = measured(runtime, "packed", int(count) // cores, 1)
    packed = measured(runtime, "packed", int(count), cores)
    print(f"{runtime}, {packed['packs']:.0f} packs of about {packed['histories'] / packed['packs']:.0f} histories")
    print(f"one by one             {alone['rate'] * 60:9.0f} histories/min")
    print(f"packed, one core       {one['rate'] * 60:9.0f} histories/min")
    print(f"packed, {cores} cores        {packed['rate'] * 60:9.0f} histories/min")
    print(f"packed / one by one    {packed['rate'] / alone['rate']:9.0f} (bound: 180)")
    print(f"{cores} cores / one core     {packed['rate'] / one['rate']:9.2f} (bound: {0.95 * cores:.1f})")
    total = sum(packed[name] for name in ("duplicity", "drawing", "files", "store"))
    for name in ("duplicity", "drawing", "files", "store"):
        bound = " (bound: 80 %)" if name == "duplicity" else ""
        each = packed[name] / packed["histories"] * 1000
        print(f"CPU time, {name:12} {packed[name] / total * 100:9.0f} %{bound}, {each:5.2f} ms a history")
    night = measured(runtime, "night", 0, cores)
    print(f"the nightly profile    {night['histories']:9.0f} histories (bound: 200,000)")
    print(f"at its rate they take  {night['minutes']:9.1f} min (bound: 30)")
    print(f"a failure, to its folder {to_its_folder():7.0f} s (bound: 60)")


def to_its_folder() -> float:
    """Return the seconds from a failure that a saboteur causes to its shrunk and replayable form."""
    with tempfile.TemporaryDirectory() as folder:
        real = shlex.join(provision_duplicity("3.2.1").command)
        program = Path(folder, "duplicity")
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {SABOTEUR} {SABOTAGE} {folder}/state {real} -- "$@"\n')
        program.chmod(0o755)
        words = ["--runtime=embedded", f"--duplicity-command={program}", f"--report-dir={folder}/report"]
        chosen = ["-k", "every_point_in_time", "-n1"]
        subprocess.run([sys.executable, "-m", "verify.cli", *words, *chosen], check=False, stdout=subprocess.DEVNULL)
        report = json.loads(Path(folder, "report", "report.json").read_text())
        return float(report["statistics"]["shrink_milliseconds"]) / 1000


def measured(runtime: str, how: str, count: int, cores: int) -> dict[str, float]:
    """Measure in a process of its own, on as many cores."""
    words = [sys.executable, __file__, "--measure", runtime, how, str(count), str(cores)]
    return dict(json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout))


def measure(runtime: Any, how: str, count: str, cores: str) -> None:
    """Print a measurement as JSON."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    with open_lab(LabSettings.from_options({}), runtime) as lab, closing(Lanes(lab, int(cores))) as lanes:
        if how == "alone":
            begun = time.perf_counter()
            every_point_comes_back(lab)
            print(json.dumps({"rate": ONE_BY_ONE / (time.perf_counter() - begun)}))
            return
        Checking(every_point_comes_back, "lab", lab, lanes).run(10, SEED)  # opens the lanes
        lab.statistics.clear()
        if how == "night":
            print(json.dumps(night(lab, lanes)))
            return
        before, store, begun, own = lanes.cpu_seconds(), store_cpu(), time.perf_counter(), time.process_time()
        Checking(every_point_comes_back, "lab", lab, lanes).run(int(count), SEED)
        seconds, own = time.perf_counter() - begun, time.process_time() - own
        duplicity = lab.statistics["duplicity_cpu_milliseconds"] / 1000
        spent = {
            "duplicity": duplicity,
            "drawing": own,
            "files": lanes.cpu_seconds() - before - duplicity,
            "store": store_cpu() - store,
        }
        counted = {name: lab.statistics[name] for name in ("histories", "packs")}
        print(json.dumps({"rate": lab.statistics["histories"] / seconds, **spent, **counted}))


def night(lab: Lab, lanes: Lanes) -> dict[str, float]:
    """Run one round of each test of the suite that the nightly profile packs; return what all rounds make, and take."""
    rounds, begun = PACKED["nightly"] / ROUND, time.perf_counter()
    for test in (every_point_comes_back, *NIGHTLY):
        Checking(test, "lab", lab, lanes).run(ROUND, SEED, CYCLES["nightly"])
    minutes = (time.perf_counter() - begun) / 60
    return {"minutes": rounds * minutes, "histories": rounds * lab.statistics["histories"]}


def store_cpu() -> float:
    """Return the CPU seconds of this process's own store, 0 where that is a container's."""
    ticks = 0
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        if "minio" in Path(f"/proc/{child}/comm").read_text():
            ticks += sum(map(int, Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    measure(*sys.argv[2:]) if sys.argv[1:2] == ["--measure"] else main(*sys.argv[1:])
