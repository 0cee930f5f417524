"""Runs of a drill, made by hand, to be told of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from verify.checks import Finding
from verify.report.outcome import Ending, Planned, Run, TestResult, fold

STARTED = datetime(2026, 11, 30, 5, 30, tzinfo=UTC)
FRESH = Finding(
    "fresh", "", "at most 26 h", "3.1 d", "start the job: its cron has stopped", "duplicity-verify drill -k fresh"
)
LOST = Finding("content", "config/traefik.yml", "12 bytes", "nothing", "restore it from the copy")
TIDY = Finding("rules-effective", "", "every rule has an effect", "--exclude /nothing has none", "leave it out")


def run_of(*findings: Finding, trouble: str = "") -> Run:
    """Given what a drill found, and why it stopped, return it; one that found nothing proved three checks of four."""
    tests = [
        *(TestResult(f"t.py::test_{check}", Planned((check,)), Ending.PASSED) for check in ("listing", "structure")),
        TestResult("t.py::test_exists", Planned(("backup-exists",)), Ending.PASSED, downloaded=1_200_000),
        TestResult("t.py::test_time", Planned(("restore-time",)), Ending.SKIPPED, reason="--full was not given"),
        *(TestResult(f"t.py::test_{each.check}", Planned((each.check,)), Ending.FINDINGS, findings=(each,))
          for each in findings),
    ]  # fmt: skip
    checks = dict.fromkeys(check for test in tests for check in test.planned.checks)
    run = Run(STARTED, STARTED + timedelta(seconds=75), tuple(fold(c, "", tests) for c in checks), tuple(tests))
    if trouble and not findings:
        return Run(STARTED, STARTED + timedelta(seconds=1), troubles=(trouble,))
    return replace(run, troubles=(trouble,) if trouble else ())


PROVEN = run_of()
FINDINGS = run_of(FRESH, LOST)
STOPPED = run_of(trouble="the destination does not answer: look at the network, then run again")
