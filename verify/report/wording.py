"""How outcomes, labs and durations are put into words, alike in every report for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from verify.plurals import counted
from verify.report.columns import size
from verify.report.outcome import CheckResult, Ending, Outcome, Run, Verdict
from verify.report.severities import severity_words

MINUTE = 60  # seconds
NAMED = 3  # of the tests that failed alike
SIGNS = {Outcome.PROVEN: "✓", Outcome.FINDING: "✗", Outcome.NOT_PROVEN: "○", Outcome.ERROR: "!"}
OUTCOME = {Verdict.PROVEN: Outcome.PROVEN, Verdict.FINDINGS: Outcome.FINDING, Verdict.COULD_NOT_RUN: Outcome.ERROR}

OF_VERDICTS = {verdict.value: SIGNS[outcome] for verdict, outcome in OUTCOME.items()}


def sign_of(verdict: str) -> str:
    """Given a verdict by its name, as reports and the ledger have it, return its sign."""
    return OF_VERDICTS.get(verdict, "!")


def verdict_words(run: Run) -> str:
    """Given a run, return its verdict as a report shouts it, and what is to be tidied up all the same."""
    shout = run.verdict.value.replace("-", " ").upper()
    return f"{shout}, {severity_words(run.findings)}" if run.verdict is Verdict.PROVEN and run.findings else shout


def duration(seconds: float) -> str:
    """Given seconds, return them as a person says them: `0.4 s`, `12.3 s`, `2 min 05 s`."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest:02} s"


def tests_of(check: CheckResult) -> str:
    """Given a check, return how many tests decide it, and how many of them did."""
    skipped = sum(test.ending is Ending.SKIPPED for test in check.tests)
    everything = counted(len(check.tests), "test")
    return f"{len(check.tests) - skipped} of {everything}" if skipped else everything


def remark(check: CheckResult, told: set[str]) -> str:
    """Given a check, return what there is to say of its outcome; of one that is proven, what its tests have seen.

    `told` are the reasons that the reader knows already; this one is added.
    """
    if check.outcome is Outcome.PROVEN:
        if check.is_remembered or not check.proofs:
            return proven_before(check) or check.said
        return f"{check.said or check.meaning}; {proven_before(check)}"
    if check.outcome is Outcome.FINDING:
        return f"{counted(len(check.findings), 'finding')}: {severity_words(check.findings)}"
    what = "stopped" if check.outcome is Outcome.ERROR else "not proven"
    known = check.reason in told
    told.add(check.reason)
    return f"{what}, as above" if known else f"{what}: {check.reason}"


def proven_before(check: CheckResult) -> str:
    """Given a check that is proven, return which of its tests were not repeated, and when they passed."""
    if not check.proofs:
        return ""
    oldest = check.proofs[0].words
    some = "" if check.is_remembered else f"{counted(len(check.proofs), 'test')} "
    return f"{some}proven {oldest}"


def alike(names: Sequence[str]) -> str:
    """Given the names of tests that failed in the same way, return how to say so."""
    some = ", ".join(dict.fromkeys(name.partition("[")[0] for name in names[:NAMED]))
    return f"{counted(len(names), 'test')} more: {some}{' …' if len(names) > NAMED else ''}"


def said_of(check: CheckResult, told: set[str]) -> str:
    """Given a check, return the remark on it, else its meaning, and what deciding it has downloaded."""
    cost = f" ({size(check.downloaded)} downloaded)" if check.downloaded else ""
    return f"{remark(check, told) or check.meaning}{cost}"


def header(facts: Mapping[str, Any]) -> dict[str, str]:
    """Given a lab's facts, return what a report says of it first, by name."""
    job, runtime, versions = facts["job"], facts["runtime"], facts["versions"]
    files = [near(path) for path in (*job.get("env_files", ()), job.get("stack_file")) if path]
    ends = f"{job['source'] or 'nothing'} → {job['destination'] or 'nowhere'}"
    way = f"{ends}, {'encrypted' if job['encrypted'] else 'not encrypted'}"
    return {
        "job": ", ".join(files),
        "": way,
        "runtime": ": ".join(filter(None, (runtime["name"], runtime["why"]))),
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def notes(facts: Mapping[str, Any]) -> list[str]:
    """Given a lab's facts, return what it and the job note, each once."""
    return list(dict.fromkeys((*facts.get("notes", ()), *facts["job"].get("notes", ()))))


def near(path: str) -> str:
    """Given a path, return it as seen from the working directory, if it lies below."""
    here, there = Path.cwd(), Path(path)
    return str(there.relative_to(here) if there.is_relative_to(here) else there)
