"""`report.json`: a run for machines. Its shape is an interface: schema/report-3.json."""

import math
from typing import Any

import verify
from verify.checks import Finding
from verify.report.outcome import CheckResult, Run, TestResult
from verify.report.severities import counts_of

SCHEMA_VERSION = 3


def report_of(run: Run) -> dict[str, Any]:
    """Given a run, return the report as a JSON object."""
    first = run.labs[0] if run.labs else dict[str, Any]()
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": f"duplicity-verify {verify.__version__}",
        "verdict": run.verdict.value,
        "exit_code": run.exit_code,
        "sentence": run.sentence,
        "severities": counts_of(run.findings),
        "fail_on": run.fail_on.value,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "seconds": round(run.seconds, 3),
        "profile": run.profile,
        "job": first.get("job", {}),
        "runtime": [lab["runtime"] for lab in run.labs],
        "versions": {lab["runtime"]["name"]: lab["versions"] for lab in run.labs},
        "notes": [note for lab in run.labs for note in lab.get("notes", ())],
        "checks": [_check(check) for check in run.checks],
        "findings": _findings(run),
        "troubles": list(run.troubles),
        "deliveries": [each.as_json() for each in run.deliveries],
        "statistics": {**run.statistics, **_shares(run)},
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "runtime": check.runtime,
        "outcome": check.outcome.value,
        "seconds": round(check.seconds, 3),
        "severity": check.severity.value,
        "meaning": check.meaning,
        "reason": check.reason,
        "said": check.said,
        "remembered": check.is_remembered,
        "proven_before": check.proofs[0].as_json() if check.proofs else None,
        "bytes_downloaded": check.downloaded,
        "tests": [
            {
                "id": test.id,
                "ending": test.ending.value,
                "seconds": round(test.seconds, 3),
                "reason": test.reason,
                "proven_before": test.proof.as_json() if test.proof else None,
            }
            for test in check.tests
        ],
    }


def _findings(run: Run) -> list[dict[str, Any]]:
    """Return the findings of all tests, the gravest first."""
    found = [(each, test) for test in run.tests for each in test.findings]
    return [_finding(*each) for each in sorted(found, key=lambda each: each[0].severity.rank)]


def _finding(found: Finding, test: TestResult) -> dict[str, Any]:
    return {**found.as_json(), "test": test.id, "runtime": test.planned.runtime, "example": test.example}


def _shares(run: Run) -> dict[str, float]:
    """Return the run's wall time in shares of its duplicity processes' time, which is what it should consist of."""
    duplicity = run.statistics.get("duplicity_milliseconds", 0) / 1000
    share = run.seconds / duplicity if duplicity else math.nan
    return {} if math.isnan(share) else {"wall_per_duplicity_second": round(share, 3)}
