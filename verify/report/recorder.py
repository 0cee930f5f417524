"""Listens to pytest, and tells the run as events. Lives in the main process only."""

import shlex
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from verify.checks import Severity
from verify.errors import INTERRUPTED
from verify.properties import Property
from verify.report.events import CheckDecided, Event, LabReady, RunEnded, RunStarted, TestEnded, TestStarted
from verify.report.outcome import CheckResult, Ending, Planned, Run, TestResult, fold
from verify.report.phases import folded, last_line
from verify.report.plan import Plan, plan_of, read_plan


class RunRecorder:
    """Folds reports into tests and tests into checks, and announces each as soon as it is known.

    Under xdist the workers collect and the main process doesn't: a worker leaves its plan in
    `plan_file`, and everything else travels as user properties of the reports.
    """

    def __init__(self, config: pytest.Config, plan_file: Path, fail_on: Severity) -> None:
        self.config = config
        self.fail_on = fail_on
        self.command = command_of(config)
        self.plan_file = plan_file
        self.plan: Plan = {}
        self.started = datetime.now(UTC)
        self.reports: dict[str, list[pytest.TestReport]] = {}
        self.tests: dict[str, TestResult] = {}
        self.checks: dict[tuple[str, str], CheckResult] = {}
        self.labs: dict[str, dict[str, Any]] = {}
        self.troubles: dict[str, None] = {}  # in order, each once
        self.statistics: Counter[str] = Counter()

    def announce(self, event: Event) -> None:
        """Hand an event to whoever listens."""
        self.config.hook.pytest_verify_event(event=event)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take the plan from the items; under xdist there are none."""
        if session.items:
            self.begin(plan_of(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Take the plan that a worker left."""
        plan = {} if self.plan else read_plan(self.plan_file)
        if plan:
            self.begin(plan)

    def begin(self, plan: Plan) -> None:
        """Given the plan, announce the run."""
        self.plan = plan
        decided = {(check, planned.runtime) for planned in plan.values() for check in planned.checks}
        self.announce(RunStarted(self.started, len(plan), len(decided)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        if report.failed:
            self.troubles[f"{report.nodeid} cannot be collected: {last_line(report.longreprtext)}"] = None

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Announce a test that begins."""
        self.announce(TestStarted(nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a phase's report; after the last phase, fold the test and the checks that it was the last of."""
        phases = self.reports.setdefault(report.nodeid, [])
        phases.append(report)
        self._meet_lab(report)
        if report.when in ("setup", "call"):
            return
        test = folded(
            self.reports.pop(report.nodeid), self.plan.get(report.nodeid, Planned()), self.command, self._everything
        )
        self.tests[test.id] = test
        if test.broke_off:
            self.troubles[_trouble(test)] = None
        for counts in Property.STATISTIC.values_of(report):
            self.statistics.update(counts)
        self.announce(TestEnded(test))
        self._decide(test)

    @property
    def _everything(self) -> Plan:
        """All tests that there are, as far as this run knows: one of some does not."""
        return {} if self.config.getoption("keyword") or self.config.getoption("markexpr") else self.plan

    def _meet_lab(self, report: pytest.TestReport) -> None:
        for facts in Property.FACTS.values_of(report):
            name = facts["runtime"]["name"]
            if name not in self.labs:
                self.labs[name] = facts
                self.announce(LabReady(facts))

    def _decide(self, test: TestResult) -> None:
        """Announce the checks that are decided by now, and again one that was proven and meets a finding."""
        for check in dict.fromkeys((*test.planned.checks, *(found.check for found in test.findings))):
            if self._is_open(check, test.planned.runtime):
                continue
            result = self.fold(check, test.planned.runtime)
            before = self.checks.get((check, result.runtime))
            self.checks[check, result.runtime] = result
            if before is None or before.outcome is not result.outcome:
                self.announce(CheckDecided(result))

    def _is_open(self, check: str, runtime: str) -> bool:
        return any(
            name not in self.tests and check in planned.checks and planned.runtime == runtime
            for name, planned in self.plan.items()
        )

    def fold(self, check: str, runtime: str) -> CheckResult:
        """Given a check and a runtime, return what the tests so far make of it."""
        return fold(check, runtime, (test for test in self.tests.values() if test.planned.runtime == runtime))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note Ctrl-C, and `pytest.exit` with its reason; also what pytest itself stops a run for."""
        if isinstance(excinfo.value, pytest.Session.Interrupted):  # of a module that was not collected, or -x
            self.troubles.setdefault(str(excinfo.value))
            return
        reason = excinfo.value.msg if isinstance(excinfo.value, pytest.exit.Exception) else INTERRUPTED
        self.troubles = {reason: None, **self.troubles}

    def pytest_internalerror(self, excrepr: object) -> None:
        """Note an error of pytest or of a plugin."""
        self.troubles[f"pytest stopped: {last_line(str(excrepr))}"] = None

    @pytest.hookimpl(wrapper=True, trylast=True)  # innermost: pytest's own reporter asks for its summary after it
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """When the labs are closed, announce the end; give exit code 2 to a run that only could not run."""
        result = yield
        run = self.run()
        only_trouble = run.troubles and not any(
            test.ending in {Ending.FINDINGS, Ending.ERROR} for test in self.tests.values()
        )
        if session.exitstatus == pytest.ExitCode.TESTS_FAILED and only_trouble:
            session.exitstatus = run.exit_code
        self.announce(RunEnded(run))
        return result

    def run(self) -> Run:
        """Return the run so far; what is still open is not proven."""
        asked = {(check, planned.runtime) for planned in self.plan.values() for check in planned.checks}
        undecided = [self.fold(*key) for key in sorted(asked - self.checks.keys())]
        return Run(
            started=self.started,
            ended=datetime.now(UTC),
            checks=(*self.checks.values(), *undecided),
            tests=tuple(test for test in self.tests.values() if test.is_of_the_suite),
            labs=tuple(self.labs[name] for name in sorted(self.labs)),
            troubles=tuple(self.troubles),
            statistics=dict(sorted(self.statistics.items())),
            profile=self.config.getoption("profile") or "default",
            fail_on=self.fail_on,
            chosen=" ".join(filter(None, (self.config.getoption("keyword"), self.config.getoption("markexpr")))),
        )


def command_of(config: pytest.Config) -> str:
    """Given pytest's configuration, return what to type, with a `-k` behind it, to run one test again."""
    for plugin in config.invocation_params.plugins or ():
        if hasattr(plugin, "command"):
            return str(plugin.command)
    return shlex.join(["pytest", *config.invocation_params.args])


def _trouble(test: TestResult) -> str:
    if test.ending is Ending.COULD_NOT_RUN:
        return test.reason
    return f"{test.id.rsplit('::', 1)[-1]} stopped by a bug of duplicity-verify: {test.reason}"
