"""What duplicity by design does not keep, as data, each with an example that shows it.

A limitation forgives no more than it states: a time that is cut to whole seconds still has to be right
to the second. `tests/suite` backs up each example, and fails if it comes back unchanged: then the
limitation is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.trees.difference import Difference
from verify.trees.edits import OverlookedEdit
from verify.trees.model import (
    SECOND,
    WRITTEN,
    History,
    Node,
    Tree,
    file,
    folder,
    second_seen,
    special,
    symlink,
)

EVERY = SpecifierSet(">=0.8.18")  # all that the lab runs; older releases than those measured are assumed to be the same
PATH_MAX = 4096  # bytes, the closing NUL included


@dataclass(frozen=True)
class Limitation:
    """One thing that is not kept, in which releases, and the source of that statement.

    `forgives` says whether a difference is due to this limitation. `example` is a history whose last tree
    does not come back as it was, and only differs in what is forgiven.
    """

    id: str
    summary: str
    releases: SpecifierSet
    source: str
    forgives: Callable[[Difference], bool]
    example: History


@cache
def limitations_of(release: Version) -> tuple[Limitation, ...]:
    """Given a release of duplicity, return the limitations that it has."""
    return tuple(one for one in LIMITATIONS if one.releases.contains(release, prereleases=True))


def _cut_below_the_second(difference: Difference) -> bool:
    one, other = difference.expected, difference.got
    if difference.aspect != "mtime" or one is None or other is None or one.kind == "symlink":
        return False
    return one.mtime_ns >= 0 and other.mtime_ns == second_seen(one.mtime_ns) * SECOND


def _became_1970(difference: Difference) -> bool:
    one, other = difference.expected, difference.got
    if difference.aspect != "mtime" or one is None or other is None or one.kind == "symlink":
        return False
    return one.mtime_ns < 0 and other.mtime_ns == 0


def _of_symlink(difference: Difference) -> bool:
    return difference.aspect == "mtime" and difference.expected is not None and difference.expected.kind == "symlink"


def _lost_names(difference: Difference) -> bool:
    """Several names of one file became separate files; separate files that became one are not forgiven."""
    return difference.aspect == "names" and difference.names[1] == difference.path


def _lost_xattrs(difference: Difference) -> bool:
    return difference.aspect == "xattrs" and difference.got is not None and not difference.got.xattrs


def _socket_missing(difference: Difference) -> bool:
    return difference.aspect == "missing" and difference.expected is not None and difference.expected.kind == "socket"


def _too_long(difference: Difference) -> bool:
    return difference.aspect == "missing" and difference.longest >= PATH_MAX


def _avoided(difference: Difference) -> bool:  # noqa: ARG001 - the shape of every `forgives`
    """Nothing is forgiven, since histories avoid such changes (`edits.settled`)."""
    return False


def _one(path: bytes, node: Node) -> History:
    return History(Tree({path: node}))


_FOLDERS = [b"/".join([b"d" * 250] * depth) for depth in range(1, 18)]

LIMITATIONS: tuple[Limitation, ...] = (
    Limitation(
        "mtime-below-second",
        "modification times are kept in whole seconds; the last 119 ns of one (of 2004 to 2038) round up",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _cut_below_the_second,
        _one(b"file", file((1, 10), mtime_ns=WRITTEN + 123_456_789)),
    ),
    Limitation(
        "mtime-before-1970",
        "modification times before 1970 become 1970-01-01T00:00:00Z",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _became_1970,
        _one(b"file", file((1, 10), mtime_ns=-86_400 * SECOND)),
    ),
    Limitation(
        "mtime-of-symlinks",
        "a symlink's own modification time is not kept",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _of_symlink,
        _one(b"symlink", symlink(b"nowhere")),
    ),
    Limitation(
        "hard-links",
        "names of one file come back as files of their own",
        EVERY,
        "duplicity(1), BUGS: hard links currently unsupported; measured with 2.2.4, 3.0.7, 3.2.1",
        _lost_names,
        History(Tree({b"one": file((1, 10), link=1), b"two": file((1, 10), link=1)})),
    ),
    Limitation(
        "xattrs",
        "extended attributes, with them ACLs and capabilities, are not kept",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _lost_xattrs,
        _one(b"file", file((1, 10), xattrs=((b"user.colour", b"green"),))),
    ),
    Limitation(
        "sockets",
        "sockets are not backed up",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _socket_missing,
        _one(b"socket", special("socket")),
    ),
    Limitation(
        "path-max",
        "what lies at a path of 4096 bytes or more is skipped, without an error",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1",
        _too_long,
        History(Tree({**{path: folder() for path in _FOLDERS}, _FOLDERS[-1] + b"/file": file((1, 10))})),
    ),
    Limitation(
        "same-second",
        "a change within the same second of the modification time is missed, even of the size",
        EVERY,
        "measured with 0.8.22, 1.2.3, 2.2.4, 3.0.7, 3.2.1",
        _avoided,
        History(Tree({b"file": file((1, 10))}), (OverlookedEdit(b"file", file((2, 20))),)),
    ),
    Limitation(
        "owner-of-symlinks",
        "an incremental misses a symlink's new owner",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1: two symlinks with the same target count as the same",
        _avoided,
        History(
            Tree({b"symlink": symlink(b"nowhere")}), (OverlookedEdit(b"symlink", symlink(b"nowhere", uid=5, gid=6)),)
        ),
    ),
    Limitation(
        "time-of-devices",
        "an incremental misses a device's new modification time",
        EVERY,
        "measured with 2.2.4, 3.0.7, 3.2.1: devices of the same numbers, mode and owner count as the same",
        _avoided,
        History(
            Tree({b"null": special("char", (1, 3))}),
            (OverlookedEdit(b"null", special("char", (1, 3), mtime_ns=WRITTEN + 60 * SECOND)),),
        ),
    ),
)
