"""The checkout's entry: loads the plugin, and says what runs by day and what by night."""

import os
import signal
from pathlib import Path
from zlib import crc32

import pytest

from verify.evidence import runtime_of

# The plugin is named also for where the package's own entry point is not installed.
pytest_plugins = ["verify.plugin", "workers"]

SEED = Path(__file__).parent / "ci" / "hypothesis-seed"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what it sends to the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # children inherit it, and tests interrupt theirs


@pytest.hookimpl(tryfirst=True)  # before the plugin looks for a seed, and before workers inherit it
def pytest_cmdline_main(config: pytest.Config) -> None:
    """In CI draw by day what the release's seed draws: whether a change can land is no lottery. Others draw anew."""
    if os.environ.get("CI") and not by_night(config):
        os.environ.setdefault("DUPLICITY_VERIFY_SEED", SEED.read_text(encoding="utf-8").split()[0])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of what takes too long for every change."""
    config.addinivalue_line("markers", "nightly(reason): the test runs by night, with --profile nightly: see ci/night")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip by day what runs by night; it is counted, and says why."""
    for item in items:
        mark = item.get_closest_marker("nightly")
        if mark and not by_night(config):
            item.add_marker(pytest.mark.skip(reason=f"by night: {mark.kwargs['reason']}"))

    if os.environ.get("CI") and not by_night(config):
        _in_one_runtime(items)


def _in_one_runtime(items: list[pytest.Item]) -> None:
    """In CI by day try what depends on the release alone in one runtime, half of the tests in each: both have the same.

    What depends on the job is tried in both. By night, and where nobody says CI, all is.
    """
    there: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        runtime = runtime_of(item)
        tied = any(item.get_closest_marker(name) for name in ("skip", "runtime"))  # to a runtime, or to none
        if runtime and item.get_closest_marker("of_the_release") and not tied:
            there.setdefault(item.nodeid.replace(runtime, ""), {})[runtime] = item
    for name, both in there.items():
        chosen = sorted(both)[crc32(name.encode()) % len(both)]
        for runtime in both.keys() - {chosen}:
            both[runtime].add_marker(pytest.mark.skip(reason=f"by night: by day it is tried in {chosen}"))


def by_night(config: pytest.Config) -> bool:
    """Return whether the run is one of ci/night's."""
    return bool(config.option.profile == "nightly")
