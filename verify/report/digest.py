"""What people are told of a run, each thing once: a broken option fails every test alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from verify.checks import Finding, gravest_first
from verify.report.outcome import Ending, Outcome, Run, TestResult, Verdict


@dataclass(frozen=True, slots=True)
class Gap:
    """What a run did not prove for one reason: the ids of checks, unproven or partly so."""

    reason: str
    wholly: tuple[str, ...]
    partly: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding, and the names of the other tests that say the same."""

    finding: Finding
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that failed, with the findings that no test before it had."""

    test: TestResult
    findings: tuple[ToldFinding, ...]

    @property
    def name(self) -> str:
        """The test's name without its module."""
        return name_of(self.test)


def name_of(test: TestResult) -> str:
    """Given a test, return its name without its module."""
    return test.id.rpartition("::")[2]


def gaps_of(run: Run) -> list[Gap]:
    """Given a run, return what it did not prove, a gap for each reason; none where it could not run at all."""
    if run.verdict is Verdict.COULD_NOT_RUN:
        return []
    wholly, partly = dict[str, dict[str, None]](), dict[str, dict[str, None]]()
    for check in run.checks:
        skipped = [test.reason for test in check.tests if test.ending is Ending.SKIPPED]
        if check.outcome is Outcome.NOT_PROVEN:
            tried = len(skipped) < len(check.tests) or not skipped
            for reason in [check.reason] if tried else skipped:
                wholly.setdefault(reason, {})[check.id] = None
        if check.outcome is Outcome.PROVEN:
            for reason in skipped:
                partly.setdefault(reason, {})[check.id] = None
    reasons = dict.fromkeys([*wholly, *partly])
    return [Gap(reason, tuple(wholly.get(reason, ())), tuple(partly.get(reason, ()))) for reason in reasons]


def failures_of(tests: Iterable[TestResult]) -> list[FailedTest]:
    """Given tests, return those that failed by something new, the gravest findings first.

    Findings without a path are alike where they expected and got the same: their hints may differ in
    the name of a scratch folder.
    """
    tests = tuple(tests)
    met = dict[tuple[str, ...], list[str]]()
    for test in tests:
        for key in dict.fromkeys(map(_key, test.findings)):
            met.setdefault(key, []).append(name_of(test))
    failures, told = list[FailedTest](), set[tuple[str, ...]]()
    for test in tests:
        new = [found for found in test.findings if found.path or _key(found) not in told]
        told |= {_key(found) for found in new}
        if new:
            failures.append(
                FailedTest(test, tuple(ToldFinding(found, _alike(found, met)) for found in gravest_first(new)))
            )
    return sorted(failures, key=lambda failure: failure.findings[0].finding.severity.rank)


def _alike(found: Finding, met: dict[tuple[str, ...], list[str]]) -> tuple[str, ...]:
    return () if found.path else tuple(met[_key(found)][1:])


def _key(found: Finding) -> tuple[str, ...]:
    return (found.check, found.path, found.expected, found.got)
