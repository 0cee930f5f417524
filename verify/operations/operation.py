"""An operation: one thing that is done to a destination, as a word and a number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

BACKUPS = ("incremental", "full", "scheduled", "killed", "two-at-once")
KINDS = (
    *BACKUPS,
    "restore",
    "restore-path",
    "verify",
    "list",
    "status",
    "remove-older-than",
    "remove-all-but-n-full",
    "remove-all-inc-of-but-n-full",
    "cleanup",
    "lose-archive",
    "fresh-host",
    "volsize",
    "clock",
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One of `KINDS`, and a number whose meaning is the kind's: which point, how many fulls, how many seconds."""

    kind: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind} {self.number}" if self.number else self.kind


def shown(operations: Iterable[Operation]) -> str:
    """Given operations, return them for a reader, and for `operations_of`."""
    return ", ".join(map(str, operations))


def operations_of(text: Any) -> tuple[Operation, ...]:
    """Given what `shown` made, return the operations. Raise ValueError where it is something else."""
    return tuple(map(_operation_of, str(text).split(", ")))


def _operation_of(text: str) -> Operation:
    kind, _, number = text.partition(" ")
    if kind not in KINDS or not re.fullmatch(r"(-?\d+)?", number):
        raise ValueError(f"{text!r} is no operation")
    return Operation(kind, int(number or 0))
