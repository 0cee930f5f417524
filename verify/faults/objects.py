"""The kinds of objects that a backup consists of, and may be damaged in."""

from itertools import product
from typing import Literal, NamedTuple

from verify.archive.names import PARTS, Part, read_with_any_prefix

Set = Literal["full", "incremental"]

SETS: tuple[Set, ...] = ("full", "incremental")


class ObjectKind(NamedTuple):
    """What an object is: a part of a full or of an incremental set."""

    set: Set
    part: Part

    def __str__(self) -> str:
        return f"{self.set} {self.part}"


KINDS = tuple(ObjectKind(which, part) for which, part in product(SETS, PARTS))


def kind_of(name: str) -> ObjectKind | None:
    """Given an object's name, return what it is; None for one that is not of a finished set."""
    named = read_with_any_prefix(name)
    if named is None or named.partial:
        return None
    return ObjectKind("full" if named.span.is_full else "incremental", named.part)
