"""Runs tests of ours in a pytest of its own, with nothing of the caller's configuration.

A run is a process that is forked from one which has imported what every run needs (see `preloaded`): imports are a
third of what a short run takes.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

PLUGINS = ("_hypothesis_pytestplugin", "verify.plugin", "no:cacheprovider")
IMPORTED = ("verify.plugin.run", "verify.plugin.packs", "verify.plugin.proving", "verify.detection.preloaded")
FROZEN = "verify.detection.frozen"
LAB_CLOSES_WITHIN = 20.0  # seconds that an interrupted run has to take its lab down

running: set[BaseProcess] = set()
_forking = multiprocessing.get_context("forkserver")


def run_pytest(
    tests: Path,
    options: Sequence[str],
    folder: Path,
    *,
    timeout: float | None,
    plugins: Sequence[str] = (),
    modules: Sequence[Path] = (),
) -> bool:
    """Given a folder of tests and pytest's options, run them; return whether they ended in time, with a report.

    `folder` is where the report is to be; what pytest prints is in `pytest.log` there. `timeout` is in seconds. Where
    `modules` of the tests are named, no others are collected.
    """
    _forking.set_forkserver_preload([*IMPORTED, FROZEN])
    root = ["-c", os.devnull, f"--rootdir={tests}", f"--confcutdir={tests}", "--import-mode=importlib"]
    loaded = [word for name in (*PLUGINS, *plugins) for word in ("-p", name)]
    process = _forking.Process(
        target=_pytest, args=([*map(str, modules or [tests]), *root, *loaded, *options], folder / "pytest.log")
    )
    process.start()
    running.add(process)
    try:
        process.join(timeout)
        if process.is_alive():
            interrupt(process)
            return False
    finally:
        running.discard(process)
    return (folder / "report.json").exists()


def _pytest(words: list[str], log: Path) -> None:
    """Run pytest as if it had been started by itself."""
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a fork server ignores it
    sys.argv = ["pytest", *words]
    import pytest  # noqa: PLC0415 - it takes the environment as it is by now

    sys.exit(int(pytest.main(words)))


def interrupt(process: BaseProcess) -> None:
    """End a run as Ctrl-C does, so that its lab takes its servers and files with it; kill it if that takes long."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGINT)
    process.join(LAB_CLOSES_WITHIN)
    if process.is_alive():
        process.kill()
        process.join()


def interrupt_all() -> None:
    """End every run that still goes on."""
    for process in list(running):
        interrupt(process)
