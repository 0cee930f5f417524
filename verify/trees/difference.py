"""One disagreement between two inventories, and how it is described to a reader."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from verify.trees.inventory import Seen
from verify.trees.printing import printable

Aspect = Literal[
    "missing",
    "added",
    "kind",
    "unreadable",
    "size",
    "bytes",
    "target",
    "device",
    "names",
    "mode",
    "owner",
    "mtime",
    "xattrs",
]

CHECK_OF: dict[Aspect, str] = {
    "missing": "structure",
    "added": "structure",
    "kind": "structure",
    "names": "structure",
    "device": "structure",
    "unreadable": "content",
    "size": "content",
    "bytes": "content",
    "target": "content",
    "mode": "metadata",
    "owner": "metadata",
    "mtime": "metadata",
    "xattrs": "metadata",
}
EDGE = 40  # characters of a symlink's target that are shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement between two inventories: at a path, in one aspect.

    `expected` and `got` are what was seen there, None where nothing was. `names` are, for the aspect
    of that name, another path of the same file: (as expected, as seen), the path itself for none.
    `longest` is the length in bytes of the path with its root, whichever of the two is longer.
    """

    path: bytes
    aspect: Aspect
    expected: Seen | None
    got: Seen | None
    names: tuple[bytes, bytes] = (b"", b"")
    longest: int = 0

    @property
    def check(self) -> str:
        """The id of the check that fails by it."""
        return CHECK_OF[self.aspect]

    def describe(self) -> tuple[str, str]:
        """Return what was expected and what is there, for a reader."""
        if self.aspect == "names":
            one, other = (_same_file(self.path, name) for name in self.names)
            return one, other
        return _described(self.aspect, self.expected), _described(self.aspect, self.got)


def _described(aspect: Aspect, seen: Seen | None) -> str:
    if seen is None:
        return "nothing"
    describe = DESCRIPTIONS.get(aspect)
    return describe(seen) if describe else _kind(seen)


def _kind(seen: Seen) -> str:
    return f"file of {seen.size} bytes" if seen.kind == "file" and not seen.problem else seen.kind


def _time(seen: Seen) -> str:
    seconds, rest = divmod(seen.mtime_ns, 10**9)
    try:
        text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (OverflowError, ValueError, OSError):  # a year that Python has no date for
        return f"{seen.mtime_ns} ns after 1970"
    return f"mtime {text}.{rest:09d}Z" if rest else f"mtime {text}Z"


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * EDGE else f"{text[:EDGE]}…{text[-EDGE:]} ({len(text)} characters)"


def _xattrs(seen: Seen) -> str:
    shown = ", ".join(f"{printable(name)}={printable(value)}" for name, value in seen.xattrs)
    return _shortened(f"xattrs {shown}") if shown else "no xattrs"


def _same_file(path: bytes, name: bytes) -> str:
    return "a file of its own" if name == path else f"the same file as {printable(name)}"


DESCRIPTIONS: dict[Aspect, Callable[[Seen], str]] = {
    "unreadable": lambda seen: f"{_kind(seen)}, {seen.problem}" if seen.problem else _kind(seen),
    "size": lambda seen: f"{seen.size} bytes",
    "bytes": lambda seen: f"{seen.size} bytes, sha256 {seen.digest.hex()[:12]}…",
    "target": lambda seen: f"link to {_shortened(printable(seen.target))}",
    "device": lambda seen: f"{seen.kind} device {os.major(seen.rdev)}:{os.minor(seen.rdev)}",
    "mode": lambda seen: f"mode {seen.mode:04o}",
    "owner": lambda seen: f"owner {seen.uid}:{seen.gid}",
    "mtime": _time,
    "xattrs": _xattrs,
}
