"""Operations are left out as long as the failure stays, and no other failure is taken for it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from verify.checks import Finding, FindingsError
from verify.lab.packs.fewer_operations import shortened
from verify.lab.packs.running import HistoryVerdict
from verify.lab.packs.shrinking import FailedExample
from verify.operations import Operation, operations_of, shown

LOST = FindingsError((Finding("content", "a", "1", "2"),))
OTHER = FindingsError((Finding("retention", "", "1", "2"),))


@dataclass
class FakeMeeting:
    """Decides about operations by a function."""

    decide: Callable[[Sequence[Operation]], Exception | None]
    given: dict[str, Any] = field(default_factory=dict)
    tried: int = 0

    def submitted(self, _examples: object, _variant: object) -> Future[list[HistoryVerdict | None]]:
        self.tried += 1
        future: Future[list[HistoryVerdict | None]] = Future()
        future.set_result([HistoryVerdict(self.decide(self.given["operations"]))])
        return future


def shortest(decide: Callable[[Sequence[Operation]], Exception | None], text: str) -> tuple[str, int]:
    meeting = FakeMeeting(decide, {"operations": operations_of(text)})
    shortened(meeting, FailedExample({}, LOST), operations_of(text), 2)  # type: ignore[arg-type]
    return shown(meeting.given["operations"]), meeting.tried


LONG = "full, restore 1, incremental, list 3, status, incremental, lose-archive, incremental, cleanup, restore 5"


def test_what_the_failure_does_not_need_is_left_out() -> None:
    def decide(operations: Sequence[Operation]) -> Exception | None:
        kinds = [each.kind for each in operations]
        return LOST if kinds.count("incremental") >= 2 and kinds[-1] == "restore" else None

    left, tried = shortest(decide, LONG)
    assert left == "incremental, incremental, restore 5"
    assert tried < 60


def test_what_fails_in_another_way_is_no_smaller_failure() -> None:
    def decide(operations: Sequence[Operation]) -> Exception | None:
        return LOST if len(operations) > 7 else OTHER

    left, _ = shortest(decide, LONG)
    assert len(operations_of(left)) == 8


@pytest.mark.parametrize("text", ["full", "full, incremental"])
def test_what_cannot_be_shorter_stays(text: str) -> None:
    def decide(operations: Sequence[Operation]) -> Exception | None:
        return LOST if shown(operations) == text else None

    assert shortest(decide, text)[0] == text
