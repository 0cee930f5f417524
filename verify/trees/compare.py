"""What differs between two inventories, and the findings that it makes."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from verify.checks import Finding
from verify.trees.difference import Aspect, Difference
from verify.trees.inventory import Inventory, Seen, record_key
from verify.trees.limitations import Limitation
from verify.trees.printing import printable

SHOWN = 20  # findings that are listed; more of them tell a reader nothing new


def compare(expected: Inventory, got: Inventory, limitations: Iterable[Limitation] = ()) -> Iterator[Difference]:
    """Given two inventories, yield each difference that no limitation forgives, in path order.

    Both are gone through once, side by side, so memory does not grow with them. Names of one file
    are compared as a partition of the paths that are files in both.
    """
    forgiving = tuple(limitations)
    longer = max(len(expected.root), len(got.root)) + 1
    for difference in _differences(expected, got, longer):
        if not any(limitation.forgives(difference) for limitation in forgiving):
            yield difference


def _differences(expected: Inventory, got: Inventory, longer: int) -> Iterator[Difference]:
    ours: dict[tuple[int, int], bytes] = {}
    theirs: dict[tuple[int, int], bytes] = {}
    for one, other in _side_by_side(expected, got):
        if one is not None and other is not None:
            names = _first_names(ours, theirs, one, other)
            if one[:10] == other[:10] and not one[11] and not other[11] and not any(names):
                continue
        else:
            names = (b"", b"")
        seen, seen_now = _named(one), _named(other)
        for aspect in _aspects(seen, seen_now, names):
            path = (one or other or (b"",))[0]
            yield Difference(path, aspect, seen, seen_now, names, longer + len(path))


def _first_names(
    ours: dict[tuple[int, int], bytes],
    theirs: dict[tuple[int, int], bytes],
    one: tuple[Any, ...],
    other: tuple[Any, ...],
) -> tuple[bytes, bytes]:
    """Return under which name each file was met first, or two empty ones if that is no difference."""
    path = one[0]
    if (one[10] is None and other[10] is None) or not (stat.S_ISREG(one[1]) and stat.S_ISREG(other[1])):
        return b"", b""
    first = path if one[10] is None else ours.setdefault(one[10], path)
    first_now = path if other[10] is None else theirs.setdefault(other[10], path)
    return (first, first_now) if first != first_now else (b"", b"")


def _side_by_side(
    expected: Inventory, got: Inventory
) -> Iterator[tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]]:
    """Yield the records of two inventories in path order, those of the same path together."""
    ours, theirs = expected.records(), got.records()
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if one is not None and other is not None and one[0] == other[0]:
            yield one, other
            one, other = next(ours, None), next(theirs, None)
        elif other is None or (one is not None and record_key(one) < record_key(other)):
            yield one, None
            one = next(ours, None)
        else:
            yield None, other
            other = next(theirs, None)


def _named(record: tuple[Any, ...] | None) -> Seen | None:
    return None if record is None else Seen._make(record)


def _aspects(one: Seen | None, other: Seen | None, names: tuple[bytes, bytes]) -> Iterator[Aspect]:
    """Yield each aspect in which two records of one path differ."""
    if one is None:
        yield "added"
    elif other is None:
        yield "missing"
    elif one.kind != other.kind:
        yield "kind"
    else:
        if any(names):
            yield "names"
        yield from _content_aspects(one, other)
        yield from (aspect for aspect, get in METADATA.items() if get(one) != get(other))


def _content_aspects(one: Seen, other: Seen) -> Iterator[Aspect]:
    if one.problem or other.problem:
        yield "unreadable"
    elif one.size != other.size:
        yield "size"
    elif one.digest != other.digest:
        yield "bytes"


METADATA: dict[Aspect, Callable[[Seen], object]] = {
    "target": lambda seen: seen.target,
    "device": lambda seen: f"{seen.kind} device {os.major(seen.rdev)}:{os.minor(seen.rdev)}",
    "mode": lambda seen: seen.mode,
    "owner": lambda seen: (seen.uid, seen.gid),
    "mtime": lambda seen: seen.mtime_ns,
    "xattrs": lambda seen: seen.xattrs,
}


def findings_of(
    differences: Iterable[Difference], *, point: str = "", check: str = "", shown: int = SHOWN
) -> list[Finding]:
    """Given differences, return findings: at most `shown` of each check, and one that counts the rest.

    `point` names the point in time that was restored. With `check`, all are findings of that check.
    """
    found: dict[str, list[Finding]] = {}
    left_out: dict[str, int] = {}
    for difference in differences:
        failed = check or difference.check
        if len(found.setdefault(failed, [])) < shown:
            found[failed].append(_finding(difference, failed, point))
        else:
            left_out[failed] = left_out.get(failed, 0) + 1
    for failed, count in left_out.items():
        found[failed].append(
            Finding(failed, "", "no difference", f"{count} more differences that are not listed", _at(point))
        )
    return [finding for of_check in found.values() for finding in of_check]


def _finding(difference: Difference, check: str, point: str) -> Finding:
    expected, got = difference.describe()
    hint = "; ".join(text for text in (_at(point), HINTS.get(difference.aspect, "")) if text)
    return Finding(check, printable(difference.path) or ".", expected, got, hint)


def _at(point: str) -> str:
    return f"in the restore of {point}" if point else ""


HINTS: dict[Aspect, str] = {
    "unreadable": "the observer could not read it, so nothing is proven of it: run as a user who can",
    "bytes": "the length is right and the bytes are not",
}
