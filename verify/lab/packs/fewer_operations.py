"""Leaves operations out of a sequence as long as the failure stays: what Hypothesis cannot shrink, it did not draw."""

import time
from collections.abc import Iterator, Sequence

from verify.checks import FindingsError
from verify.lab.packs.shrinking import FailedExample, Meeting
from verify.operations import Operation

OPERATIONS = "operations"  # the argument of a test that has them
ENOUGH = 40.0  # seconds after which what is left is kept


def shortened(meeting: Meeting, failure: FailedExample, operations: Sequence[Operation], at_once: int) -> FailedExample:
    """Given a failure that was met with operations, have the meeting go on with fewer; return what still fails.

    Halves are left out first, then quarters, then single ones; `at_once` attempts run side by side.
    """
    deadline, part = time.monotonic() + ENOUGH, len(operations)
    while part > 1 and time.monotonic() < deadline:
        part = -(-part // 2)
        place = len(operations)
        while place > 0 and time.monotonic() < deadline:
            candidates = list(_without(operations, place, part, at_once))
            found = _first_that_fails(meeting, failure, candidates)
            if found is None:
                place -= part * len(candidates)
            else:
                failure, operations = found
                place = min(place, len(operations))
        part = part if part > 1 else 0
    meeting.given = {**meeting.given, OPERATIONS: tuple(operations)}
    return failure


def _without(operations: Sequence[Operation], place: int, part: int, at_once: int) -> Iterator[tuple[Operation, ...]]:
    """Yield the operations without a part that ends at a place, without the one before it, and so on."""
    for end in range(place, max(place - part * at_once, 0), -part):
        yield (*operations[: max(end - part, 0)], *operations[end:])


def _first_that_fails(
    meeting: Meeting, failure: FailedExample, candidates: Sequence[tuple[Operation, ...]]
) -> tuple[FailedExample, tuple[Operation, ...]] | None:
    tried = []
    for operations in candidates:
        meeting.given = {**meeting.given, OPERATIONS: operations}
        tried.append(meeting.submitted([failure.example], failure.variant))
    for operations, verdicts in zip(candidates, tried, strict=True):
        (verdict,) = verdicts.result()
        if verdict and verdict.error and _alike(verdict.error, failure.error):
            return FailedExample(failure.example, verdict.error, failure.variant), operations
    return None


def _alike(one: BaseException, other: BaseException) -> bool:
    """Return whether two errors are of the same checks: another failure is not the one that is looked into."""
    return bool(_checks(one) & _checks(other))


def _checks(error: BaseException) -> set[object]:
    return {found.check for found in error.findings} if isinstance(error, FindingsError) else {type(error)}
