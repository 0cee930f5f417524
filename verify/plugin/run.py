"""The pytest plugin: options, the `lab` fixture, and findings on their way into a report.

It is an entry point, so every pytest run of an environment that has duplicity-verify loads it.
Hence it imports little, and acts only where a test asks for `lab`, or where the run asks for the
plugin by name: `-p verify.plugin`, or `pytest_plugins = ["verify.plugin"]` in the root conftest.py.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify import evidence
from verify.checks import Severity
from verify.errors import CannotRunError
from verify.options import AGAIN, AGAINST, CHANGE, JOB, LAB, POLICY, PROOFS, RUN, SELECTION
from verify.plugin import proving
from verify.plugin.interruption import ignore_interrupts
from verify.plugin.profiles import place_of
from verify.plugin.proving import LABS, Keeper, basis_in
from verify.properties import Property

if TYPE_CHECKING:
    from verify.drill.drill import Drill
    from verify.job import Job
    from verify.lab.hosts.runtime import RuntimeChoice
    from verify.lab.lab import Lab
    from verify.policy import Policy


NAME = "verify.plugin"
RUNTIMES = ("embedded", "docker")
PLAN_KEY = "verify_plan"
SEED = "DUPLICITY_VERIFY_SEED"
CHOICES: pytest.StashKey[dict[str, "RuntimeChoice"]] = pytest.StashKey()
LABS_SEEN: pytest.StashKey[set[int]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run; the console command has the same, but for other defaults."""
    group = parser.getgroup("duplicity-verify", "verification of duplicity backups")
    overrides: dict[str, dict[str, Any]] = {
        "runtime": {"choices": ("all", "auto", *RUNTIMES), "default": "all", "help": "where labs run (default: all)"},
        "profile": {"default": None},
        "report_dir": {"default": None, "help": "write report.json, report.md and junit.xml there"},
    }
    for each in (*JOB, *LAB, *AGAINST, *RUN, AGAIN, PROOFS, *POLICY, *SELECTION, *CHANGE):
        each.add_to(group.addoption, **overrides.get(each.name, {}))


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add `pytest_verify_event`."""
    from verify.report import hooks  # noqa: PLC0415 - imported where it is needed: see above

    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)  # before Hypothesis's own plugin, whose --hypothesis-profile may name one of ours
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; where the run asks for the plugin, load the profile and start recording."""
    config.addinivalue_line("markers", "runtime(name, reason): the test needs a lab of this runtime")
    config.addinivalue_line("markers", "alone(reason): each example of the test has a cycle of its own")
    config.addinivalue_line("markers", "in_a_folder: any destination will do, so by day the test backs up to a folder")
    for line in proving.MARKERS:
        config.addinivalue_line("markers", line)
    if not _is_asked_for(config):
        return
    _load_profile(config)
    _take_seed(config)
    config.pluginmanager.register(proving, "verify-proving")
    config.pluginmanager.register(UndisturbedEnd(), "verify-end")
    if not hasattr(config, "workerinput"):
        _record(config)


LABS_CLOSE_WITHIN = 60  # seconds


class UndisturbedEnd:
    """Once a process of the run was interrupted, lets nothing interrupt its labs' closing, nor its workers'."""

    def pytest_keyboard_interrupt(self) -> None:
        """Ignore what would."""
        ignore_interrupts()
        xdist: Any = sys.modules.get("xdist.workermanage")
        if xdist:  # it kills workers after ten seconds, which a busy machine may need
            xdist.NodeManager.EXIT_TIMEOUT = LABS_CLOSE_WITHIN


def _is_asked_for(config: pytest.Config) -> bool:
    by_conftest = any(NAME in getattr(plugin, "pytest_plugins", ()) for plugin in config.pluginmanager.get_plugins())
    options = ("report_dir", "profile")
    return by_conftest or NAME in config.option.plugins or any(config.getoption(name) for name in options)


def _load_profile(config: pytest.Config) -> None:
    from verify.plugin.profiles import load_profile  # noqa: PLC0415 - imports Hypothesis

    folder = config.getoption("report_dir")
    load_profile(config.getoption("profile") or "default", Path(folder, "hypothesis").absolute() if folder else None)


def _take_seed(config: pytest.Config) -> None:
    """Take the seed of the environment where no --hypothesis-seed is given: the project's own CI draws the same by day.

    It is in the environment so that runs that tests start have it, too. Nobody else sets it: other runs draw anew.
    """
    if config.getoption("hypothesis_seed", None) is None and os.environ.get(SEED):
        config.option.hypothesis_seed = os.environ[SEED]


def _record(config: pytest.Config) -> None:
    from verify.report import files, recorder, tables  # noqa: PLC0415 - imported where it is needed: see above
    from verify.report.screen import terminal  # noqa: PLC0415 - as above

    plan = os.memfd_create("duplicity-verify-plan")  # in memory: a killed run leaves no file
    config.add_cleanup(lambda: os.close(plan))
    manager = config.pluginmanager
    recording = recorder.RunRecorder(config, Path(f"/proc/{os.getpid()}/fd/{plan}"), _fail_on(config))
    manager.register(recording, "verify-recorder")
    if config.getoption("proofs"):
        manager.register(Keeper(recording), "verify-keeper")
    manager.register(terminal.TerminalSummary(), "verify-terminal")
    if config.getoption("report_dir"):
        report_dir = Path(config.getoption("report_dir"))
        manager.register(files.ReportFiles(report_dir, _kept(config)), "verify-files")
        manager.register(tables.TableFiles(report_dir), "verify-tables")
        config.option.xmlpath = config.option.xmlpath or str(report_dir / "junit.xml")


def _kept(config: pytest.Config) -> int:
    """Return of how many runs the reports are kept; of a policy that cannot be read the tests say what is wrong."""
    try:
        return policy_of(config).keep_reports
    except CannotRunError:
        return sys.maxsize


def _fail_on(config: pytest.Config) -> Severity:
    """Return the lightest finding that fails the run; of a policy that cannot be read the tests say what is wrong."""
    try:
        return policy_of(config).fail_on
    except CannotRunError:
        return Severity(config.getoption("fail_on") or Severity.AT_RISK)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where to leave its plan."""
    recorder = node.config.pluginmanager.get_plugin("verify-recorder")
    if recorder:
        node.workerinput[PLAN_KEY] = str(recorder.plan_file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the tests of a command's run in our own order."""
    recorder = config.pluginmanager.get_plugin("verify-recorder")
    if recorder is None or config.getoption("dist") != "loadscope" or config.option.loadscopereorder:
        return None
    from verify.plugin.dealing import Dealing  # noqa: PLC0415 - imports xdist, which need not be there

    return Dealing(config, log, recorder)


@pytest.hookimpl(tryfirst=True)  # before xdist tells the main process that the worker has collected
def pytest_collection_finish(session: pytest.Session) -> None:
    """In a worker, leave the plan of its items for the main process."""
    path = getattr(session.config, "workerinput", {}).get(PLAN_KEY)
    if path:
        from verify.report.plan import write_plan  # noqa: PLC0415 - imported where it is needed: see above

        write_plan(session.items, Path(path))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `lab` in each runtime; skip the one that this machine can't offer."""
    if "lab" not in metafunc.fixturenames:
        return
    requested = metafunc.config.getoption("runtime")
    if requested != "all":
        wanted = [choose(metafunc.config, requested).name if requested == "auto" else requested]
        metafunc.parametrize("lab", wanted, indirect=True, scope="session")
        return
    best = choose(metafunc.config, "auto")
    no_engine = pytest.mark.skip(reason=f"no lab in docker: {best.why}")
    docker = "docker" if best.name == "docker" else pytest.param("docker", marks=no_engine)
    metafunc.parametrize("lab", ["embedded", docker], indirect=True, scope="session")


def choose(config: pytest.Config, requested: str) -> "RuntimeChoice":
    """Given what `--runtime` asks for, return the runtime and why; an engine is asked only once a run."""
    from verify.lab.hosts import runtime  # noqa: PLC0415 - imported where it is needed: see above

    choices = config.stash.setdefault(CHOICES, {})
    if requested not in choices:
        choices[requested] = runtime.choose(requested)
    return choices[requested]


@pytest.hookimpl(trylast=True)  # after the part for drills, which gives the owner's own tests their check
def pytest_itemcollected(item: pytest.Item) -> None:
    """Let -k choose a test by its checks, and let `CannotRunError` end one of Hypothesis's at once.

    A dead store is not worth shrinking.
    """
    item.extra_keyword_matches.update(evidence.checks_of(item))
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if handle is not None and "lab" in getattr(item, "fixturenames", ()):
        handle.inner_test = evidence.passing_through(handle.inner_test)


@pytest.hookimpl(tryfirst=True)  # before fixtures: no lab is opened for a test that is skipped
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose `runtime` marker names another runtime; let none begin in a lab that has lost its store."""
    mark, here = item.get_closest_marker("runtime"), evidence.runtime_of(item)
    if mark and here and here != mark.args[0]:
        pytest.skip(f"needs {mark.args[0]}: {mark.kwargs['reason']}")
    opened = item.config.stash.get(LABS, {}).get(here)
    if opened is not None:
        opened.store.must_be_alive()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test back up to where it should."""
    lab: Lab | None = getattr(item, "funcargs", {}).get("lab")
    if lab is None:
        return (yield)
    usual, lab.variant = lab.variant, replace(lab.variant, place=place_of(item))
    try:
        return (yield)
    finally:
        lab.variant = usual


@pytest.hookimpl(tryfirst=True)  # instead of pytest's own
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a Hypothesis test that needs nothing but a lab by packs."""
    if "lab" not in pyfuncitem.funcargs or not hasattr(pyfuncitem.obj, "hypothesis"):
        return None
    from verify.plugin import packs  # noqa: PLC0415 - imports Hypothesis

    return packs.run(pyfuncitem)


@pytest.fixture(scope="session")
def job(pytestconfig: pytest.Config) -> "Job":
    """Give the job of --env-file and --stack, for tests that need no lab; without both the sample job."""
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - imported where it is needed: see above

    settings = LabSettings.from_options(options_of(pytestconfig))
    return settings.read_job(os.environ)


@pytest.fixture(scope="session")
def policy(pytestconfig: pytest.Config) -> "Policy":
    """Give the policy of --policy, with the flags that beat it; the defaults without one."""
    return policy_of(pytestconfig)


def policy_of(config: pytest.Config) -> "Policy":
    """Return the policy of a run, as the fixture gives it."""
    from verify.policy import read_policy, with_flags  # noqa: PLC0415 - imported where it is needed: see above

    file = config.getoption("policy")
    read = read_policy(Path(file) if file else None, os.environ, config.getoption("job", None))
    return with_flags(read, vars(config.option))


def options_of(config: pytest.Config) -> dict[str, Any]:
    """Return the run's options by name, with the job's files from the policy where no flag names them.

    --source is not among these: the suite backs it up, and only who types it means that.
    """
    if not config.getoption("policy"):
        return vars(config.option)
    policy = policy_of(config)
    return {**vars(config.option), "env_file": policy.env_file, "stack": policy.stack}


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Iterator["Lab"]:
    """Give a running lab: hosts, a store and duplicity, with a job to verify. One a session, worker and runtime."""
    from verify.lab.opening import open_lab  # noqa: PLC0415 - imports servers' clients
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above
    from verify.plugin import packs  # noqa: PLC0415 - imports Hypothesis

    requested = request.config.getoption("runtime")
    choice = choose(request.config, request.param if requested == "all" else requested)
    with open_lab(LabSettings.from_options(options_of(request.config)), choice.name, choice.why) as opened:
        request.config.stash.setdefault(LABS, {})[choice.name] = opened
        with packs.lanes_for(opened, request.config):
            yield opened
        del request.config.stash[LABS][choice.name]


@pytest.fixture
def tabulate(request: pytest.FixtureRequest) -> Callable[[str, str, str, object], None]:
    """Give a function that fills a cell of a table of the run: table, row, column, what stands there."""
    from verify.report.tables import cell  # noqa: PLC0415 - imported where it is needed: see above

    return lambda *words: request.node.user_properties.append(cell(*map(str, words)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put findings, trouble and the lab's facts into the report's properties; print sentences, no tracebacks."""
    if call.when == "setup":
        _note_plan(item)
    if call.when == "teardown":
        _note_counts(item)
    told = evidence.told_by(call.excinfo.value) if call.excinfo else None
    if told:
        item.user_properties.extend(told.properties)
    report = yield
    if call.when == "setup":
        _note_lab(item, report)
    if told and report.failed:
        report.longrepr = told.text
    return report


def _note_plan(item: pytest.Item) -> None:
    checks, runtime = evidence.checks_of(item), evidence.runtime_of(item)
    if checks:
        Property.CHECKS.note(item, list(checks))
    if runtime:
        Property.RUNTIME.note(item, runtime)


def _note_lab(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note a lab's facts when it is first seen; in that one report, since JUnit prints what an item has."""
    opened, seen = _lab_of(item), item.config.stash.setdefault(LABS_SEEN, set())
    if opened is not None and id(opened) not in seen:
        seen.add(id(opened))
        Property.FACTS.note(report, opened.facts)
        report.user_properties.extend(_basis(item))


def _basis(item: pytest.Item) -> Iterator[tuple[str, object]]:
    """Yield what the proofs of a lab depend on, where they are to be remembered."""
    lab: Lab | None = getattr(item, "funcargs", {}).get("lab")
    if lab is not None and item.config.getoption("proofs"):
        basis = basis_in(item.config, lab)
        if basis:
            yield Property.BASIS.with_value([lab.runtime, basis])


def _note_counts(item: pytest.Item) -> None:
    """Note what the lab counted since the last test, and what a drill has to say of this one."""
    opened = _lab_of(item)
    if opened is not None:
        counts, opened.statistics = dict(opened.statistics), type(opened.statistics)()
        Property.STATISTIC.note(item, counts)
        item.user_properties.extend(map(Property.SAID.with_value, opened.told()))


def _lab_of(item: pytest.Item) -> "Lab | Drill | None":
    funcargs: dict[str, Any] = getattr(item, "funcargs", {})
    return funcargs.get("lab") or funcargs.get("drill")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which runtime the labs of the run will have, where that was left open."""
    requested = config.getoption("runtime")
    if requested != "auto" or not _is_asked_for(config):
        return None
    try:
        choice = choose(config, requested)
    except CannotRunError as error:
        return f"duplicity-verify: {error}"
    return f"duplicity-verify: runtime {choice.name}: {choice.why}"
