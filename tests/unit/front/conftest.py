"""What the tests of the front share: a run that has everything in it, made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from verify.checks import Finding
from verify.report.outcome import CheckResult, Ending, Planned, Run, TestResult, fold

STARTED = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SKIPPED = "no real folder was given with --source"
BROKEN = "the lab's store (MinIO) died during the run: look at the machine's memory and disk, then run again"


@pytest.fixture
def facts() -> dict[str, Any]:
    """What a lab says of itself."""
    return {
        "runtime": {"name": "embedded", "why": "there is no docker command on PATH"},
        "versions": {"duplicity": "3.2.1", "store": "MinIO RELEASE.2025-09-07T16-13-09Z"},
        "job": {
            "source": "/var/data",
            "destination": "s3:///bucket/prefix",
            "encrypted": True,
            "env_files": ["/job/duplicity.env"],
            "stack_file": "/job/stack.yml",
            "notes": ["OPTIONS: a comment is cut"],
        },
        "notes": ["--exclude-regexp x is skipped"],
    }


@pytest.fixture
def tests() -> tuple[TestResult, ...]:
    """One test of each ending, and one that fails by what another failed by."""
    refused = Finding(
        "command-succeeds", "", "exit code 0", "exit code 23 (user_error)", "a hint\nin two lines", "again"
    )
    lost = Finding("content", "a|b/`c`*", "7 bytes", "6 bytes", reproduce="again")
    return (
        _test("listing", Ending.PASSED),
        _test("content", Ending.FINDINGS, findings=(refused, lost), example="Failing test case: x(\n    y=1,\n)"),
        _test("listing", Ending.FINDINGS, name="other[embedded-1]", findings=(refused,)),
        _test("source-not-empty", Ending.SKIPPED, reason=SKIPPED),
        _test("verify-agrees", Ending.COULD_NOT_RUN, reason=BROKEN),
        _test("env-file-reads-alike", Ending.PASSED),
        _test("env-file-reads-alike", Ending.SKIPPED, name="half[embedded]", reason=SKIPPED),
    )


def _test(check: str, ending: Ending, name: str = "", **more: Any) -> TestResult:
    return TestResult(f"test_x.py::test_{name or check}", Planned((check,), "embedded"), ending, seconds=1.5, **more)


@pytest.fixture
def checks(tests: tuple[TestResult, ...]) -> tuple[CheckResult, ...]:
    """What the tests make of the checks."""
    ids = dict.fromkeys([check for test in tests for check in test.planned.checks] + ["command-succeeds"])
    return tuple(fold(check, "embedded", tests) for check in ids)


@pytest.fixture
def run(facts: dict[str, Any], tests: tuple[TestResult, ...], checks: tuple[CheckResult, ...]) -> Run:
    """A run of all that."""
    return Run(
        started=STARTED,
        ended=STARTED + timedelta(seconds=75),
        checks=checks,
        tests=tests,
        labs=(facts,),
        troubles=(BROKEN, "test_x stopped by a bug of duplicity-verify: KeyError: 'x'"),
        statistics={"duplicity_milliseconds": 60_000},
    )
