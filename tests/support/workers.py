"""A run of all tests is shared out to workers: `uv run pytest` without paths. With `-n`, a run of some is, too.

What tests share is opened once in each worker that needs it: the lab of a runtime, a chain, a site with backups. So
tests that share one stay together, and a worker goes on with what it has opened as long as there is more of it.
The order is that of `testpaths`, the slowest folders first: short tests at the end keep all workers busy.
"""

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

try:
    from xdist.scheduler import LoadScopeScheduling
except ImportError:  # `-p no:xdist` still loads this module
    LoadScopeScheduling = object

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

JUNIT = ".duplicity-verify/ci/junit.xml"  # CI keeps it as an artifact
SLOWEST = 40  # tests that CI prints the seconds of
WORKERS = (os.cpu_count() or 1) + 1  # tests wait for servers about as often as they compute
RUNTIMES = ("embedded", "docker")
CHAINS = ("plain", "encrypted")  # of the suite's `gallery`, as its node ids begin: `test_x[plain-embedded-file]`
ONE_BY_ONE = (
    "tests/scenarios/",
    "tests/front/",
    "tests/sabotage/test_detection.py",
    "tests/sabotage/test_broken_",
)


@pytest.hookimpl(tryfirst=True)  # before xdist looks at its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Give workers to a run that names no paths, unless it says how many it wants. In CI tell its seconds, too."""
    option = config.option
    if hasattr(config, "workerinput"):
        return  # a worker is called with the same words, and would begin workers of its own
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS or option.usepdb or option.collectonly:
        return
    if getattr(option, "numprocesses", 0) is None:
        option.numprocesses = WORKERS
    if os.environ.get("CI"):
        option.durations = SLOWEST if option.durations is None else option.durations
        option.xmlpath = option.xmlpath or JUNIT


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Sharing":
    """Share tests out by what they need. Node ids stay as they are, unlike those of `--dist=loadgroup`."""
    config.option.loadscopereorder = False  # the collection's order is the better one
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):
    """Gives units of tests to workers, each to a worker that has open what the unit needs if there is one."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: "WorkerController") -> None:
        last = {each: next(reversed(units), "") for each, units in self.assigned_work.items()}
        mine = last.pop(node, "")
        self.workqueue.move_to_end(next_unit(list(self.workqueue), mine, last.values()), last=False)
        super()._assign_work_unit(node)


def unit_of(nodeid: str) -> str:
    """Given a test, return the name of those that run in one worker together with it.

    Of the suite these are the tests of a module in one runtime, or all that look at one chain of the `gallery`; of the
    field all that is asked of a shape, whose backups are made once.
    """
    path, _, name = nodeid.partition("::")
    if path.startswith("tests/field/"):
        return re.sub(r"-\d+\]$", "]", nodeid)
    if path.startswith("tests/suite/"):
        parts = name.partition("[")[2].rstrip("]").split("-")
        runtime = next((each for each in RUNTIMES if each in parts), "")
        return f"{runtime}: {parts[0] if parts[0] in CHAINS else path}"
    return nodeid if path.startswith(ONE_BY_ONE) else path


def needed_by(unit: str) -> str:
    """Given a unit of tests, return what is opened for it, and kept for the units after it; empty for nothing."""
    runtime = unit.partition(":")[0]
    if runtime in RUNTIMES:
        return runtime
    return "site" if unit.startswith("tests/scenarios/") else ""


def next_unit(waiting: Sequence[str], mine: str, others: Iterable[str]) -> str:
    """Given the units that wait, the last one of a worker and those of the other workers, return its next one.

    That is one that needs what the worker has open; else one that needs what no other worker has open; else the first.
    """
    have, taken = needed_by(mine), {needed_by(each) for each in others} - {""}
    same = (unit for unit in waiting if have and needed_by(unit) == have)
    free = (unit for unit in waiting if needed_by(unit) not in taken)
    return next(same, None) or next(free, waiting[0])
