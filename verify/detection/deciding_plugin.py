"""A pytest plugin for a saboteur's trial: only the tests that decide one check, until a finding of it."""

from collections.abc import Generator

import pytest

from verify.evidence import checks_of
from verify.properties import Property


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--deciding`."""
    parser.addoption("--deciding", metavar="CHECK", help="run only the tests that decide a check")
    parser.addoption("--early", metavar="PART", default="", help="run those first whose names have this part")
    parser.addoption("--with-a-store", action="store_true", help="run those last that back up to a folder")


@pytest.hookimpl(wrapper=True)  # after pytest and the suite have ordered them, whichever of them was to be the last
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Leave the tests that decide the check, those first that have every kind of victim.

    What Hypothesis draws comes last: it may be long in finding one. A store has no victim where none is asked.
    """
    yield
    wanted = config.getoption("--deciding")
    chosen = [item for item in items if wanted in checks_of(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    early, store = config.getoption("--early"), config.getoption("--with-a-store")
    items[:] = sorted(chosen, key=lambda item: (early not in item.name, store and _in_a_folder(item), *_lateness(item)))


def _in_a_folder(item: pytest.Item) -> bool:
    return item.get_closest_marker("in_a_folder") is not None


def _lateness(item: pytest.Item) -> tuple[bool, bool]:
    return (hasattr(getattr(item, "obj", None), "hypothesis"), "gallery" not in getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """End the run after a test that has a finding of the check."""
    report = yield
    wanted = item.config.getoption("--deciding")
    if any(found["check"] == wanted for found in Property.FINDING.values_of(report)):
        item.session.shouldstop = f"{wanted} failed"
    return report
