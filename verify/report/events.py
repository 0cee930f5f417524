"""The events of a run, in the order in which they can come: what every report is made from.

RunStarted, then LabReady, TestEnded and CheckDecided as they happen, then RunEnded, once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from verify.report.outcome import CheckResult, Run, TestResult


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The tests are collected. `checks` counts the checks that they decide, by runtime."""

    started: datetime
    tests: int
    checks: int


@dataclass(frozen=True, slots=True)
class LabReady:
    """A lab runs. `facts` is what it says of itself: runtime, versions, job, notes."""

    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TestStarted:
    """A test was taken up. Under xdist several run at once."""

    __test__: ClassVar[bool] = False  # pytest collects classes by their name

    id: str


@dataclass(frozen=True, slots=True)
class TestEnded:
    """A test is over, with all its fixtures."""

    __test__: ClassVar[bool] = False  # pytest collects classes by their name

    test: TestResult


@dataclass(frozen=True, slots=True)
class CheckDecided:
    """All tests that decide a check, in one runtime, are over."""

    check: CheckResult


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over and its labs are closed."""

    run: Run


Event = RunStarted | LabReady | TestStarted | TestEnded | CheckDecided | RunEnded
