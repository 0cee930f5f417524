"""Leaves operations out of a sequence as long as a test still fails: Hypothesis cannot, for it did not draw them."""

import time
from collections.abc import Iterator, Sequence

from verify.checks import FindingsError
from verify.lab.packs.shrinking import FailedExample, PackedTest
from verify.operations import Operation

OPERATIONS = "operations"  # the argument of a test that has them
ENOUGH = 40.0  # seconds, then the operations that are left are kept


def with_fewer_operations(
    packed: PackedTest, failure: FailedExample, operations: Sequence[Operation], at_once: int
) -> FailedExample:
    """Given a failing example and the operations that it failed with, leave out what it does not need.

    The test keeps the operations that are left; the failure that they cause is returned.

    Halves are left out first, then quarters, then single ones; `at_once` attempts run side by side.
    """
    deadline, part = time.monotonic() + ENOUGH, len(operations)
    while part > 1 and time.monotonic() < deadline:
        part = -(-part // 2)
        place = len(operations)
        while place > 0 and time.monotonic() < deadline:
            candidates = list(_without(operations, place, part, at_once))
            found = _first_that_fails(packed, failure, candidates)
            if found is None:
                place -= part * len(candidates)
            else:
                failure, operations = found
                place = min(place, len(operations))
        part = part if part > 1 else 0
    packed.given = {**packed.given, OPERATIONS: tuple(operations)}
    return failure


def _without(operations: Sequence[Operation], place: int, part: int, at_once: int) -> Iterator[tuple[Operation, ...]]:
    """Yield the operations without the part that ends at `place`, then without the part before that, and so on."""
    for end in range(place, max(place - part * at_once, 0), -part):
        yield (*operations[: max(end - part, 0)], *operations[end:])


def _first_that_fails(
    packed: PackedTest, failure: FailedExample, candidates: Sequence[tuple[Operation, ...]]
) -> tuple[FailedExample, tuple[Operation, ...]] | None:
    tried = []
    for operations in candidates:
        packed.given = {**packed.given, OPERATIONS: operations}
        tried.append(packed.submitted([failure.example], failure.variant))
    for operations, verdicts in zip(candidates, tried, strict=True):
        (verdict,) = verdicts.result()
        if verdict and verdict.error and _alike(verdict.error, failure.error):
            return FailedExample(failure.example, verdict.error, failure.variant), operations
    return None


def _alike(one: BaseException, other: BaseException) -> bool:
    """Return whether two errors are of the same check; otherwise it is another failure."""
    return bool(_checks(one) & _checks(other))


def _checks(error: BaseException) -> set[object]:
    return {found.check for found in error.findings} if isinstance(error, FindingsError) else {type(error)}
