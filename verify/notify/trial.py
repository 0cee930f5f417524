"""Messages of drills that never were, to see whether they arrive."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from verify.checks import Finding
from verify.notify.message import Message, message_of
from verify.notify.summary import DrillSummary
from verify.report.outcome import CheckResult, Ending, Outcome, Planned, Run, TestResult

SAMPLE = "sample-restores"


def trial_messages(about: str) -> Iterator[Message]:
    """Given which job they would be of, yield a message of each verdict.

    The proven one comes first: a receiver that stays in the state that it heard of last is not left with a good one.
    """
    for run in _runs():
        message = message_of(DrillSummary(about, {"": run}), [], ["this is a test by `duplicity-verify notify --test`"])
        yield replace(message, title=f"TEST, no drill: {message.title}", is_test=True)


def _runs() -> Iterator[Run]:
    now = datetime.now(UTC)
    proven = CheckResult(SAMPLE, "", Outcome.PROVEN, ())
    yield Run(now, now, (proven,))
    found = Finding(SAMPLE, "a/file", "a file that comes back", "none: this is a test", "do nothing")
    test = TestResult("test", Planned((SAMPLE,)), Ending.FINDINGS, findings=(found,))
    yield Run(now, now, (replace(proven, outcome=Outcome.FINDING, findings=(found,)),), (test,))
    yield Run(now, now, troubles=("this is a test: do nothing",))
