"""A test from the reports of its phases: setup, call and teardown."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest

from verify.checks import Finding
from verify.proofs.proof import Proof
from verify.properties import Property
from verify.report.outcome import Ending, Planned, TestResult


def folded(
    phases: list[pytest.TestReport], planned: Planned, command: str, plan: Mapping[str, Planned] | None = None
) -> TestResult:
    """Given the reports of a test's phases and the command that ran it, return how it ended.

    `plan` are all the tests that there are; without them a test is run again by its name.
    """
    last = phases[-1]  # user properties add up, so the last has them all
    findings = tuple(
        _reproducible(data, f"{command} -k {chooser_of(last.nodeid, data['check'], plan or {})}")
        for data in Property.FINDING.values_of(last)
    )
    sentences = Property.COULD_NOT_RUN.values_of(last)
    failed = [phase for phase in phases if phase.failed]
    skipped = [phase for phase in phases if phase.skipped]
    proof = next(map(Proof.from_json, Property.REMEMBERED.values_of(last)), None)
    if findings:
        ending, reason = Ending.FINDINGS, ""
    elif sentences:
        ending, reason = Ending.COULD_NOT_RUN, sentences[0]
    elif failed:
        ending, reason = Ending.ERROR, last_line(failed[0].longreprtext)
    elif proof:
        ending, reason = Ending.REMEMBERED, ""
    elif skipped:
        ending, reason = Ending.SKIPPED, skip_reason(skipped[0])
    else:
        ending, reason = Ending.PASSED, ""
    example = "\n".join(Property.EXAMPLE.values_of(last))
    return TestResult(
        last.nodeid, planned, ending, sum(p.duration for p in phases), reason, findings, example,
        said="; ".join(Property.SAID.values_of(last)),
        downloaded=sum(counts.get("bytes_downloaded", 0) for counts in Property.STATISTIC.values_of(last)),
        proof=proof,
    )  # fmt: skip


def chooser_of(test: str, check: str, plan: Mapping[str, Planned]) -> str:
    """Given a test's id, return what -k runs it again by: the check that it failed by if no other test has that."""
    function = _function(test)
    met = {_function(each) for each, planned in plan.items() if any(check in name for name in (each, *planned.checks))}
    return check if met == {function} else shlex.quote(function)


def _function(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]


def _reproducible(data: Mapping[str, str], again: str) -> Finding:
    """Given a finding as JSON, return it; where it names no command, Hypothesis's database makes the test's one do."""
    found = Finding.from_json(data)
    return found if found.reproduce else replace(found, reproduce=again)


def skip_reason(report: pytest.TestReport) -> str:
    """Given a skipped test's report, return why it was skipped."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return getattr(report, "wasxfail", "") or last_line(report.longreprtext)


def last_line(text: str) -> str:
    """Given a traceback as text, return the line that names the error: the last one, where it has others as causes."""
    lines = text.splitlines()
    after = zip(["", *lines], lines, strict=False)
    errors = [
        line.removeprefix("E ").strip() for above, line in after if line.startswith("E ") > above.startswith("E ")
    ]
    return (errors or [line.strip() for line in lines if line.strip()] or ["no reason was given"])[-1]
