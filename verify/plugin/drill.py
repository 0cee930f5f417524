"""The part of the pytest plugin that is about drills: their options and their fixtures.

It imports little, and acts only where a test asks for `drill`: see verify/plugin/run.py.
"""

import contextlib
import shlex
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify.assets import PACKAGE
from verify.checks import Finding
from verify.errors import COULD_NOT_RUN, CannotRunError, NotProvenError
from verify.evidence import checks_of, told_by
from verify.options import DRILL
from verify.properties import Property

if TYPE_CHECKING:
    from verify.drill.backup import Backup
    from verify.drill.drill import Drill
    from verify.report.events import Event

HERE = Path("tests", "drill")
IS_DRILL: pytest.StashKey[bool] = pytest.StashKey()  # whether the run is a drill
RESTORED: pytest.StashKey[tuple["Drill", Path]] = pytest.StashKey()  # once something was
OWN = "own-assertions"


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
    plugin: Any = config.pluginmanager.get_plugin("verify.plugin.run")  # which loads this one, so is not imported here
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
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(open_drill(settings, "docker" if name == "docker" else "embedded", why))
        except CannotRunError as error:
            if not _is_drill(request.config):
                raise
            pytest.exit(str(error), returncode=COULD_NOT_RUN)  # one sentence, not one for each test
        request.config.pluginmanager.register(LedgerNotes(opened))
        yield opened


@pytest.fixture(scope="session")
def restored(request: pytest.FixtureRequest, drill: "Drill") -> Path:
    """Give the folder that holds what was restored of the newest point: all of it with --full-restore, else the sample.

    What stands in the policy's `must_restore` is always there.
    """
    from verify.drill.asked import AskedPath  # noqa: PLC0415 - as above

    try:
        tree = drill.restores.tree
    except NotProvenError as error:
        pytest.skip(str(error))
    request.config.stash[RESTORED] = (drill, tree)
    return AskedPath(tree)


@pytest.fixture(scope="session")
def backup(drill: "Drill") -> "Backup":
    """Give the backup: its job, its points, what the newest holds, and a way to restore one path more."""
    from verify.drill.backup import Backup  # noqa: PLC0415 - as above

    return Backup(drill)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Count a test of the owner's own that runs along with a drill as `own-assertions`."""
    function = getattr(item, "function", None)
    if function is not None and _is_drill(item.config) and not hasattr(function, "verify_checks"):
        function.verify_checks = (OWN,)


def _is_drill(config: pytest.Config) -> bool:
    if IS_DRILL not in config.stash:  # looked up once: there are thousands of tests in a checkout
        folders = (Path(argument.partition("::")[0]).resolve().parts[-2:] for argument in config.args)
        config.stash[IS_DRILL] = HERE.parts in folders
    return config.stash[IS_DRILL]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what an earlier test asked for."""
    if RESTORED in item.config.stash:
        from verify.drill.asked import AskedPath  # noqa: PLC0415 - as above

        AskedPath.asked.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a finding of a test of the owner's own that fails; skip one that asked for what was not restored.

    Whether such a test passes or fails says nothing: it may be content because a file is not there.
    """
    if checks_of(item) == (OWN,) and not (call.excinfo and call.excinfo.errisinstance(pytest.skip.Exception)):
        if gap := _gap(item, call.when):
            call.excinfo = pytest.CallInfo.from_call(lambda: pytest.skip(gap), call.when).excinfo
        elif call.excinfo and not told_by(call.excinfo.value) and not _is_a_bug(call.excinfo):
            Property.FINDING.note(item, _own(item, call.excinfo.value).as_json())
    return (yield)


def _is_a_bug(error: pytest.ExceptionInfo[BaseException]) -> bool:
    """Return whether what a test called of ours crashed: that says nothing of the backup."""
    return PACKAGE in Path(error.traceback[-1].path).parents


def _gap(item: pytest.Item, when: str) -> str:
    """Return why a test decides nothing, empty where it asked for nothing that is only missing in the sample."""
    if when == "teardown" or RESTORED not in item.config.stash:
        return ""
    from verify.drill.asked import gap_words, not_in_the_sample  # noqa: PLC0415 - as above

    absent = not_in_the_sample(*item.config.stash[RESTORED])
    return gap_words(absent) if absent else ""


def _own(item: pytest.Item, error: BaseException) -> Finding:
    said = str(error).strip().splitlines() or [type(error).__name__]
    name = item.nodeid.partition("[")[0]
    reporters = (each.command for each in item.config.invocation_params.plugins or () if hasattr(each, "command"))
    again = shlex.join([*shlex.split(next(reporters, "pytest")), str(item.path), "-k", item.name.partition("[")[0]])
    return Finding(OWN, "", f"{name} passes", f"{type(error).__name__}: {said[0]}", reproduce=again)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Skip a test of a drill whose check can be neither proven nor refuted."""
    try:
        return (yield)
    except NotProvenError as error:
        if "drill" not in pyfuncitem.fixturenames:
            raise
        pytest.skip(str(error))


class LedgerNotes:
    """Notes in the ledger how a drill ended, once its run is over."""

    def __init__(self, opened: "Drill") -> None:
        self._number, self._folder, self._of = opened.number, opened.settings.folder, opened.ledger.destination

    def pytest_verify_event(self, event: "Event") -> None:
        """Note the verdict."""
        from verify.drill.ledger.ledger import Ledger  # noqa: PLC0415 - as above
        from verify.report.events import RunEnded  # noqa: PLC0415 - as above
        from verify.report.severities import counts_of  # noqa: PLC0415 - as above

        if isinstance(event, RunEnded):
            ledger = Ledger(self._folder, self._of)
            ledger.end(self._number, time.time(), event.run.verdict.value, counts_of(event.run.findings))
            ledger.close()
