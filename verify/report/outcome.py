"""What a run means: tests folded into checks, checks into a verdict."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from verify.checks import CATALOGUE, Finding, Severity, gravest_first
from verify.plurals import counted
from verify.proofs.proof import Proof
from verify.report.delivery import Delivery
from verify.report.severities import severity_words

NAMED = 6  # of the checks that are not proven, in the sentence of the verdict


class Outcome(StrEnum):
    """What became of a check."""

    PROVEN = "proven"  # a test of it passed, and none failed
    FINDING = "finding"  # it is refuted
    NOT_PROVEN = "not-proven"  # nothing speaks against it, but nothing was tried
    ERROR = "error"  # a test of it stopped by a fault of this machine, or of ours


class Ending(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    REMEMBERED = "remembered"  # it passed in an earlier run, whose proof still holds: it was not repeated
    FINDINGS = "findings"
    SKIPPED = "skipped"
    COULD_NOT_RUN = "could-not-run"  # `CannotRunError`: this machine or the lab is at fault
    ERROR = "error"  # any other exception: the instrument is at fault


class Verdict(StrEnum):
    """What became of a run."""

    PROVEN = "proven"
    FINDINGS = "findings"
    COULD_NOT_RUN = "could-not-run"


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known of a test before it runs. `runtime` is empty for a test without a lab.

    `of_the_release` says that it depends on nothing that a job's source, rules or destination are; tests that
    share what is costly to make are named by it in `together`.
    """

    checks: tuple[str, ...] = ()
    runtime: str = ""
    of_the_release: bool = False
    together: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended. `seconds` include its fixtures; `reason` is empty when it passed."""

    __test__: ClassVar[bool] = False  # pytest collects classes by their name

    id: str
    planned: Planned
    ending: Ending
    seconds: float = 0.0
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    example: str = ""  # the falsifying example, and how Hypothesis draws it again
    said: str = ""  # what it has seen, in a few words
    downloaded: int = 0  # bytes, from a real destination
    proof: Proof | None = None  # the earlier run's, of a test that is remembered

    @property
    def is_of_the_suite(self) -> bool:
        """Whether the test says something of a backup; the instrument's own tests don't."""
        return bool(self.planned.checks or self.planned.runtime or self.findings or self.broke_off)

    @property
    def broke_off(self) -> bool:
        """Whether the test ended without saying anything about the backup."""
        return self.ending in {Ending.COULD_NOT_RUN, Ending.ERROR}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of a check in one runtime. `seconds` sum up the tests that decide it."""

    id: str
    runtime: str
    outcome: Outcome
    tests: tuple[TestResult, ...]
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long the tests that decide the check took, added up."""
        return sum(test.seconds for test in self.tests)

    @property
    def said(self) -> str:
        """What the tests that decide the check have seen, in a few words; empty where they say nothing."""
        return "; ".join(test.said for test in self.tests if test.said)

    @property
    def is_remembered(self) -> bool:
        """Whether it rests on earlier runs alone."""
        return bool(self.proofs) and not any(test.ending is Ending.PASSED for test in self.tests)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The proofs of earlier runs that it rests on, one for each test that was not repeated; the oldest first."""
        return tuple(sorted((test.proof for test in self.tests if test.proof), key=lambda proof: proof.at))

    @property
    def downloaded(self) -> int:
        """How many bytes those tests downloaded from a real destination."""
        return sum(test.downloaded for test in self.tests)

    @property
    def meaning(self) -> str:
        """The statement that the check stands for."""
        return CATALOGUE[self.id].meaning

    @property
    def severity(self) -> Severity:
        """What it means that the check failed: the gravest of its findings; else what one of it would mean."""
        gravest = gravest_first(self.findings)
        return gravest[0].severity if gravest else CATALOGUE[self.id].severity


def fold(check: str, runtime: str, tests: Iterable[TestResult]) -> CheckResult:
    """Given all tests of a runtime that ended, return what became of a check.

    A test counts where it decides the check, and where its findings name the check: a test of one
    check may meet another's failure. A test that failed by another check proves nothing.
    """
    own = tuple(
        test for test in tests if check in test.planned.checks or any(found.check == check for found in test.findings)
    )
    findings = tuple(found for test in own for found in test.findings if found.check == check)
    outcome, reason = _judged(own, refuted=bool(findings))
    return CheckResult(check, runtime, outcome, own, findings, reason)


def _judged(tests: tuple[TestResult, ...], *, refuted: bool) -> tuple[Outcome, str]:
    if refuted:
        return Outcome.FINDING, ""
    for test in tests:
        if test.broke_off:
            return Outcome.ERROR, test.reason
    for test in tests:
        if test.ending is Ending.FINDINGS:
            others = ", ".join(dict.fromkeys(found.check for found in test.findings))
            return Outcome.NOT_PROVEN, f"another check failed first: {others}"
    if any(test.ending in {Ending.PASSED, Ending.REMEMBERED} for test in tests):
        return Outcome.PROVEN, ""
    reasons = dict.fromkeys(test.reason for test in tests if test.reason)
    return Outcome.NOT_PROVEN, "; ".join(reasons) or "no test that decides it was run"


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run. `labs` are what its labs said of themselves, `troubles` why parts of it stopped.

    `chosen` is the expression that chose only some of the tests, if one did. `fail_on` is the lightest finding that
    makes the exit code 1.
    """

    started: datetime
    ended: datetime
    checks: tuple[CheckResult, ...] = ()
    tests: tuple[TestResult, ...] = ()
    labs: tuple[Mapping[str, Any], ...] = ()
    troubles: tuple[str, ...] = ()
    statistics: Mapping[str, float] = field(default_factory=dict)
    chosen: str = ""
    profile: str = ""
    fail_on: Severity = Severity.AT_RISK
    deliveries: tuple[Delivery, ...] = ()  # who was told of it, once it had ended

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all tests, the gravest first."""
        return tuple(gravest_first(found for test in self.tests for found in test.findings))

    @property
    def seconds(self) -> float:
        """How long the run took, from its start to the end of its labs."""
        return (self.ended - self.started).total_seconds()

    @property
    def verdict(self) -> Verdict:
        """Findings that count outweigh trouble, and a run that proved nothing is no proof.

        What is only to be tidied up does not stand against the backup.
        """
        if self._fails:
            return Verdict.FINDINGS
        if self.troubles or not (self.findings or self.counts[Outcome.PROVEN]):
            return Verdict.COULD_NOT_RUN
        tidy = all(found.severity is Severity.TIDY_UP for found in self.findings)
        return Verdict.PROVEN if tidy and self.counts[Outcome.PROVEN] else Verdict.FINDINGS

    @property
    def exit_code(self) -> int:
        """The exit code of `duplicity-verify`: 1 for a finding that counts, 2 could not run, else 0."""
        return 1 if self._fails else 2 if self.verdict is Verdict.COULD_NOT_RUN else 0

    @property
    def _fails(self) -> bool:
        return any(found.severity.is_at_least(self.fail_on) for found in self.findings)

    @property
    def counts(self) -> Counter[Outcome]:
        """How many checks had which outcome."""
        return Counter(check.outcome for check in self.checks)

    @property
    def sentence(self) -> str:
        """The verdict's reason, in one line."""
        if self.verdict is Verdict.PROVEN:
            return self._proven()
        if self.verdict is Verdict.FINDINGS:
            return self._found()
        first, *more = self.troubles or (self._nothing(),)
        besides = f"; besides, {self._counted()}" if self.findings else ""
        return first + (f" (and {len(more)} more)" if more else "") + besides

    def _nothing(self) -> str:
        if self.chosen and not self.tests:
            return f"no test matches {self.chosen!r}"
        reasons = dict.fromkeys(check.reason for check in self.checks if check.reason)
        return ": ".join(["no check was decided", *list(reasons)[:1]])

    def _proven(self) -> str:
        proven = self.counts[Outcome.PROVEN]
        rest = dict.fromkeys(check.id for check in self.checks if check.outcome is Outcome.NOT_PROVEN)
        left = f", {len(rest)} not proven ({_first(list(rest))})" if rest else ""
        some = f", of the tests that match {self.chosen!r}" if self.chosen else ""
        tidy = f"; {severity_words(self.findings)} ({self._ids()})" if self.findings else ""
        return f"{counted(proven, 'check')} {'holds' if proven == 1 else 'hold'}{self._before()}{left}{some}{tidy}"

    def _before(self) -> str:
        """Return how many of the checks rest on earlier runs alone, and the oldest of these; empty if none does."""
        old = [check for check in self.checks if check.outcome is Outcome.PROVEN and check.is_remembered]
        oldest = min((check.proofs[0] for check in old), key=lambda proof: proof.at, default=None)
        return f", {len(old)} of them as proven before, first on {oldest.words}" if oldest else ""

    def _found(self) -> str:
        trouble = f"; besides, {self.troubles[0]}" if self.troubles else ""
        passed = "" if self._fails else f"; exit code 0, as --fail-on {self.fail_on} says"
        return f"{self._counted()}{passed}{trouble}"

    def _counted(self) -> str:
        return f"{counted(len(self.findings), 'finding')}: {severity_words(self.findings)} ({self._ids()})"

    def _ids(self) -> str:
        return ", ".join(dict.fromkeys(found.check for found in self.findings))


def _first(ids: Sequence[str]) -> str:
    """Given ids, return the first of them, and how many more there are."""
    return ", ".join(ids) if len(ids) <= NAMED else f"{', '.join(ids[: NAMED - 1])} and {len(ids) - NAMED + 1} more"
