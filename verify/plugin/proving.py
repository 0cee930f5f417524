"""The plugin's part for a verdict in a minute: gates, what a profile has, and proofs of earlier runs.

A worker decides by itself what it does not run: each opens a lab of its own, and sees there whether the gates are
closed, and by its basis which proofs hold. The main process remembers, when all is over.
"""

import contextlib
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from verify import evidence
from verify.errors import CannotRunError
from verify.properties import Property

if TYPE_CHECKING:
    from verify.lab.lab import Lab
    from verify.proofs.memory import Outcomes, Remembered
    from verify.report.events import Event
    from verify.report.outcome import TestResult
    from verify.report.recorder import RunRecorder

LABS: pytest.StashKey[dict[str, "Lab"]] = pytest.StashKey()  # those that are open, by runtime
FAILED = pytest.StashKey[frozenset[str]]()
FAILED_KEY = "verify_failed"  # by which the main process tells its workers: all must collect in one order
_CURRENT = pytest.StashKey[pytest.Item]()
_CLOSED = pytest.StashKey[dict[str, str]]()  # why the gates are closed, by runtime; empty where they are open
_BASES = pytest.StashKey[dict[str, dict[str, str] | None]]()
_PROOFS = pytest.StashKey[dict[str, dict[str, "Remembered"]]]()
MARKERS = (
    "of_the_release: the result depends on no source, rules or destination of the job: once proven, it is remembered",
    "behind_the_gates: the test is not tried where the job cannot run at all",
    "together(name): tests of a name share what is costly to make: one worker",
)
NOT_IN_SMOKE = "not part of the smoke profile"
UNKNOWN = "what is proven of this duplicity is not remembered: it is started by a program that is not its own"


def is_chosen(config: pytest.Config) -> bool:
    """Return whether somebody named the tests of this run: what is asked for by name is run, if the job can run."""
    by_name = any(config.getoption(name, None) for name in ("keyword", "markexpr", "deciding"))
    return by_name or any("::" in word or Path(word).is_file() for word in config.args)


def believes(config: pytest.Config) -> bool:
    """Return whether this run takes proofs of earlier ones for its own."""
    repeats = config.getoption("again") or profile_of(config) == "nightly"
    return bool(config.getoption("proofs")) and not repeats and not is_chosen(config)


def profile_of(config: pytest.Config) -> str:
    """Return the profile of a run."""
    return config.getoption("profile") or "default"


def function_of(test: str) -> str:
    """Given a test's node id, return that of its function: which examples there are is drawn anew each time."""
    return name_of(test).partition("[")[0]


def name_of(test: str) -> str:
    """Given a test's node id, return it without its folder, which is another one where a run has more tests."""
    module, between, rest = test.partition("::")
    return module.rpartition("/")[2] + between + rest


def must_run(item: pytest.Item) -> None:
    """Skip a test that is not to be run, with the reason; of one that is proven, note since when."""
    config, release = item.config, item.get_closest_marker("of_the_release") is not None
    if config.getoption("deciding", None):
        return
    if release and profile_of(config) == "smoke" and not is_chosen(config):
        pytest.skip(NOT_IN_SMOKE)
    lab = config.stash.get(LABS, {}).get(evidence.runtime_of(item))
    if lab is None:
        return  # `pytest_fixture_setup` asks once more, when it is open
    if item.get_closest_marker("behind_the_gates") and (reason := _closed(config, lab)):
        pytest.skip(reason)
    if release and believes(config):
        _skip_proven(item, lab)


def _closed(config: pytest.Config, lab: "Lab") -> str:
    from verify.concerns.gates import why_closed  # noqa: PLC0415 - imported where it is needed: see plugin

    known = config.stash.setdefault(_CLOSED, {})
    if lab.runtime not in known:
        known[lab.runtime] = why_closed(lab)
    return known[lab.runtime]


def _skip_proven(item: pytest.Item, lab: "Lab") -> None:
    from verify.proofs.memory import ProofMemory  # noqa: PLC0415 - as above

    config, basis = item.config, basis_in(item.config, lab)
    known = config.stash.setdefault(_PROOFS, {})
    if lab.runtime not in known:
        known[lab.runtime] = ProofMemory(basis).proofs() if basis else {}
    found = known[lab.runtime].get(function_of(item.nodeid))
    if found and name_of(item.nodeid) not in found.skipped and found.proof.serves(profile_of(config)):
        Property.REMEMBERED.note(item, found.proof.as_json())
        pytest.skip(f"proven {found.proof.words}")


def basis_in(config: pytest.Config, lab: "Lab") -> dict[str, str] | None:
    """Return what the proofs of a lab depend on; None where that cannot be known."""
    from verify.proofs.basis import basis_of  # noqa: PLC0415 - as above
    from verify.proofs.digest import suite_code  # noqa: PLC0415 - as above

    known = config.stash.setdefault(_BASES, {})
    if lab.runtime not in known:
        found = basis_of(lab)
        known[lab.runtime] = {**found, "suite": suite_code()} if found else None
        if not found:
            lab.site = replace(lab.site, notes=(*lab.site.notes, UNKNOWN))
    return known[lab.runtime]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Do not begin what is not to be run."""
    item.config.stash[_CURRENT] = item
    must_run(item)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """When a lab is open, see whether it was opened for a test that is not to be run."""
    result = yield
    item = request.config.stash.get(_CURRENT, None)
    if fixturedef.argname == "lab" and item is not None:
        lab = request.config.stash.get(LABS, {}).get(evidence.runtime_of(item))
        if lab is not None and request.config.getoption("proofs"):
            basis_in(request.config, lab)
        must_run(item)
    return result


def failed_before(config: pytest.Config) -> frozenset[str]:
    """Return the test functions that failed when the job was last verified: they come first."""
    if hasattr(config, "workerinput"):
        return frozenset(config.workerinput.get(FAILED_KEY, ()))
    if FAILED not in config.stash:
        config.stash[FAILED] = frozenset()
        if config.getoption("proofs") and not is_chosen(config):
            with contextlib.suppress(CannotRunError):  # a lab will say that the cache cannot be made
                config.stash[FAILED] = _last_failed(config).tests()
    return config.stash[FAILED]


def _last_failed(config: pytest.Config) -> Any:
    from verify.proofs.memory import LastFailed  # noqa: PLC0415 - as above

    files = (config.getoption(name) for name in ("env_file", "stack", "source", "policy"))
    return LastFailed([file and Path(file).absolute() for file in files])


class Keeper:
    """Remembers what a run has proven, and what failed. Lives in the main process only."""

    def __init__(self, recorder: "RunRecorder") -> None:
        self.recorder = recorder
        self.bases: dict[str, dict[str, str]] = {}  # by runtime

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what failed before."""
        node.workerinput[FAILED_KEY] = sorted(failed_before(node.config))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a lab's basis from the report that first tells of it."""
        self.bases.update(Property.BASIS.values_of(report))

    def pytest_verify_event(self, event: "Event") -> None:
        """Remember when the run has ended."""
        from verify.proofs.memory import ProofMemory  # noqa: PLC0415 - as above
        from verify.report.events import RunEnded  # noqa: PLC0415 - as above

        if not isinstance(event, RunEnded):
            return
        with contextlib.suppress(OSError, CannotRunError):  # a cache that cannot be written costs time, and no verdict
            for runtime, basis in self.bases.items():
                ProofMemory(basis).take(self._outcomes(runtime, event))
            self._take_failed()

    def _take_failed(self) -> None:
        tests = self.recorder.tests.values()
        _last_failed(self.recorder.config).take(
            {function_of(test.id) for test in tests if test.ending == "passed"},
            {function_of(test.id) for test in tests if has_failed(test)},
        )

    def _outcomes(self, runtime: str, event: "Any") -> "Outcomes":
        from verify.proofs.memory import Outcomes, Remembered  # noqa: PLC0415 - as above
        from verify.proofs.proof import Proof  # noqa: PLC0415 - as above

        run, config = event.run, self.recorder.config
        functions = _by_function(self.recorder, runtime)
        proof = Proof(run.ended, profile_of(config))
        proven = {
            name: Remembered(proof, frozenset(name_of(test.id) for test in tests if test.ending == "skipped"))  # type: ignore[union-attr]  # all ended
            for name, tests in functions.items()
            if not is_chosen(config) and is_proven(tests)
        }
        failed = frozenset(
            name for name, tests in functions.items() if any(test and has_failed(test) for test in tests)
        )
        return Outcomes(run.started, run.ended, proven, failed)


def _by_function(recorder: "RunRecorder", runtime: str) -> Mapping[str, list["TestResult | None"]]:
    """Return the results of a runtime's tests of the release, None for one that did not end, by function."""
    functions: dict[str, list[TestResult | None]] = {}
    for name, planned in recorder.plan.items():
        if planned.of_the_release and planned.runtime == runtime:
            functions.setdefault(function_of(name), []).append(recorder.tests.get(name))
    return functions


def has_failed(test: "TestResult") -> bool:
    """Return whether a test has found something, or stopped by a fault of ours: it is to be run first."""
    return test.ending in {"findings", "error"}


def is_proven(tests: Iterable["TestResult | None"]) -> bool:
    """Given all results of a function's tests, return whether they prove it: all ended, one passed, none failed."""
    endings = [test.ending if test else "open" for test in tests]
    return "passed" in endings and {*endings} <= {"passed", "skipped"}
