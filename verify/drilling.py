"""The part of the pytest plugin that is about drills: their options and their fixtures.

It imports little, and acts only where a test asks for `drill`: see verify/plugin.py.
"""

import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify.errors import CannotRunError, NotProvenError
from verify.options import DRILL

if TYPE_CHECKING:
    from verify.drill.drill import Drill
    from verify.report.events import Event

HERE = Path("tests", "drill")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a drill."""
    group = parser.getgroup("duplicity-verify drill", "restore verification of a real destination")
    for each in DRILL:
        each.add_to(group.addoption)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the drill's tests out of a run that does not name them: they look at a real destination."""
    return True if collection_path.parts[-2:] == HERE.parts else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `drill` in one runtime: the one asked for, else the best that there is."""
    if "drill" not in metafunc.fixturenames:
        return
    metafunc.parametrize("drill", [_runtime(metafunc.config)[0]], indirect=True, scope="session")


def _runtime(config: pytest.Config) -> tuple[str, str]:
    requested = config.getoption("runtime")
    plugin: Any = config.pluginmanager.get_plugin("verify.plugin")  # which loads this one, so is not imported here
    choice = plugin.choose(config, "auto" if requested == "all" else requested)
    return choice.name, choice.why


@pytest.fixture(scope="session")
def drill(request: pytest.FixtureRequest) -> "Iterator[Drill]":
    """Give the drill of this run: a real destination, which is only read, and duplicity to restore from it."""
    from verify.drill.opening import open_drill  # noqa: PLC0415 - imports servers' clients
    from verify.drill.settings import DrillSettings  # noqa: PLC0415 - as above

    name, why = _runtime(request.config)
    if hasattr(request.config, "workerinput"):
        raise CannotRunError("a drill runs in one process: leave -n out")
    settings = DrillSettings.from_options(vars(request.config.option))
    with open_drill(settings, "docker" if name == "docker" else "embedded", why) as opened:
        request.config.pluginmanager.register(History(opened))
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Skip a test whose check can be neither proven nor refuted."""
    try:
        return (yield)
    except NotProvenError as error:
        pytest.skip(str(error))


class History:
    """Notes in the ledger how a drill ended, once its run is over."""

    def __init__(self, opened: "Drill") -> None:
        self._number, self._folder, self._of = opened.number, opened.settings.folder, opened.ledger.destination

    def pytest_verify_event(self, event: "Event") -> None:
        """Note the verdict."""
        from verify.drill.ledger import Ledger  # noqa: PLC0415 - as above
        from verify.report.events import RunEnded  # noqa: PLC0415 - as above

        if isinstance(event, RunEnded):
            ledger = Ledger(self._folder, self._of)
            ledger.end(self._number, time.time(), event.run.verdict.value)
            ledger.close()
