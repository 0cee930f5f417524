"""What a drawn node is: names, contents, modes, owners, times, targets, xattrs.

Hypothesis takes 25 µs for each value that it draws, however small, and a history of nodes drawn value by
value needs two hundred. So a node is drawn as one record of bytes, and each byte says by a table what it
stands for. A table has values that have broken backups before, with plain ones among them, simplest
first: a record of zeros is the plainest node, and where one byte shrinks, the others keep their meaning.
"""

from collections.abc import Iterable
from typing import TypeVar

from verify.trees.model import SECOND, WRITTEN, Kind, Node, Segment

Value = TypeVar("Value")

KIB = 1024
BLOCK = 512  # bytes: librsync's blocks in a file below a megabyte
BORDERS = tuple(border + step for border in (512, 2 * KIB, 64 * KIB) for step in (-1, 0, 1))  # tar, librsync, reads
LARGE = 2_500_000  # bytes: three volumes with --volsize 1

HOSTILE_NAMES = (
    "é".encode(),  # NFC
    "e\N{COMBINING ACUTE ACCENT}".encode(),  # NFD: another name, that looks the same
    "\N{PILE OF POO}".encode(),
    b"\xff\xfe",  # not UTF-8
    b"latin-\xe9",
    b"new\nline",
    b"tab\tand\rreturn",
    b"\x01\x7f",
    b"[a-z]*?",
    b"**",
    b"-rf",
    b"--exclude",
    b" blanks ",
    b"back\\slash",
    b"\"quotes'",
    b"$HOME`id`",
    b"%s%n",
    b"#comment",
    b"~",
    b"...",
    b".hidden",
    b"snapshot",
    b"multivol_snapshot",
    b"diff",
    b"signature",
    b"deleted",
    b"changed",
    b"duplicity-full.20240101T000000Z.manifest",
    b"n" * 255,
    "ü".encode() * 127,
)
MODES = (0o644, 0o755, 0o600, 0o700, 0o444, 0o000, 0o111, 0o4755, 0o2755, 0o1777, 0o7777, 0o6711, 0o200)
IDS = (0, 1, 1000, 65_534, 65_536, 2_000_000, 2**31 - 2)  # 0o7777777 = 2,097,151 is what ustar can hold
TIMES = (
    WRITTEN,
    WRITTEN + 1,
    WRITTEN + SECOND - 1,
    WRITTEN + 500_000_000,
    0,
    1,
    -1,
    -SECOND,
    -86_400 * 365 * SECOND,
    946_684_799 * SECOND,  # 1999-12-31T23:59:59Z
    (2**31 - 1) * SECOND,
    2**31 * SECOND,
    2**32 * SECOND,
    7_258_118_400 * SECOND,  # 2200-01-01T00:00:00Z
)
DEVICES = ((1, 3), (1, 5), (0, 1), (4095, 1_000_000))
TARGETS = (
    b"nowhere",
    b".",
    b"..",
    b"/",
    b"/nonexistent/absolute",
    b"../../../outside",
    b"a",
    b"a/b",
    b"new\nline",
    b"\xff",
    b"t" * 3000,
)


def table(weights: Iterable[tuple[Value, int]]) -> tuple[Value, ...]:
    """Given values with weights that add up to 256, simplest first, return the value of each byte."""
    values = tuple(value for value, weight in weights for _ in range(weight))
    if len(values) != 256:  # noqa: PLR2004 - as many as a byte has values
        raise ValueError(f"the weights add up to {len(values)}, not to 256")
    return values


def evenly(values: Iterable[Value], weight: int) -> list[tuple[Value, int]]:
    """Given values and their weight all together, return each with its share, the first ones with the rest."""
    values = list(values)
    share, rest = divmod(weight, len(values))
    return [(value, share + (number < rest)) for number, value in enumerate(values)]


_KINDS: tuple[Kind, ...] = table(
    # A device is seldom: duplicity starts a process, mknod, to restore one.
    [("file", 148), ("dir", 52), ("symlink", 40), ("fifo", 12), ("char", 2), ("block", 2)]
)
_MODES = table([*evenly(MODES[:2], 64), *evenly(MODES, 192)])
_TIMES = table([(WRITTEN, 64), *evenly(TIMES, 192)])
_IDS = table([(0, 32), *evenly(IDS, 224)])
_SEEDS = table([*evenly(range(1, 10), 216), (0, 40)])  # seed 0 is zeros; few seeds, so that contents repeat
_SIZES = table(
    [
        (0, 24),
        (10, 80),
        *evenly((1, 100), 48),
        *evenly(BORDERS[:6], 72),
        *evenly((4 * KIB, 20_000), 28),
        *evenly(BORDERS[6:], 4),
    ]
)
_TARGETS = table([*evenly(TARGETS, 192), (b"", 64)])
_XATTRS = table(
    [
        ((), 224),
        *evenly([((b"user.a", b"a"),), ((b"user.a", b""), (b"user.b", b"\xff\0b")), ((b"user.b", bytes(20)),)], 32),
    ]
)
_PLAIN_NAMES = (b"a", b"b", b"c", b"d")
_NASTIEST = (
    b"new\nline",
    b"\xff\xfe",
    b"**",
    b"-rf",
)  # what lists by line, as text, as patterns or as options break on
_NAMES = table([*evenly(_PLAIN_NAMES, 104), *evenly(_NASTIEST, 32), *evenly(HOSTILE_NAMES, 80), (b"", 40)])
_LETTERS = b"abxyz0123456789_"
_NUMBERS = table(evenly(range(12), 256))

NAME = 4  # bytes of a name's record
SEGMENT = 3  # of a segment's
NODE = 23  # of a node's

SELDOM = 240  # what a byte reaches once in sixteen times


def name_of(record: bytes) -> bytes:
    """Given the record of a name, return it."""
    known = _NAMES[record[0]]
    if known:
        return known
    return bytes(_LETTERS[half] for byte in record[1:NAME] for half in divmod(byte, len(_LETTERS)))


def number_of(byte: int) -> int:
    """Given a byte, return a small number."""
    return _NUMBERS[byte]


def segment_of(record: bytes) -> Segment:
    """Given the record of a segment, return it; it may be empty."""
    seed, size, more = record
    if size == len(_SIZES) - 1 and more >= SELDOM:
        return Segment(_SEEDS[seed], LARGE)
    return Segment(_SEEDS[seed], _SIZES[size])


def node_of(record: bytes) -> Node:
    """Given the record of a node, return it.

    Most nodes have plain metadata, which is one byte of the record: it goes away in one step.
    """
    kind = _KINDS[record[0]]
    mode, mtime_ns, uid, gid = _metadata(record) if record[1] >= 128 else (0o755, WRITTEN, 0, 0)  # noqa: PLR2004 - half of them
    match kind:
        case "file":
            content = tuple(one for one in _segments(record) if one.length)
            return Node(kind, mode, uid, gid, mtime_ns, content=content, xattrs=_XATTRS[record[11]])
        case "dir":
            return Node(kind, mode, uid, gid, mtime_ns, xattrs=_XATTRS[record[11]])
        case "symlink":
            target = _TARGETS[record[12]] or bytes(record[13:16]).replace(b"\0", b"0")
            return Node(kind, 0o777, uid, gid, mtime_ns, target=target)
        case "char" | "block":
            return Node(kind, mode, uid, gid, mtime_ns, device=DEVICES[record[12] % len(DEVICES)])
        case _:
            return Node(kind, mode, uid, gid, mtime_ns)


def _segments(record: bytes) -> Iterable[Segment]:
    yield segment_of(record[16:19])
    if record[19] >= 192:  # noqa: PLR2004 - a quarter of the files has two
        yield segment_of(record[20:23])


def _metadata(record: bytes) -> tuple[int, int, int, int]:
    """Return mode, time and owners; a quarter of the modes and times are any, the rest those of the tables."""
    any_mode, any_time = record[1] & 3 == 3, record[1] & 12 == 12  # noqa: PLR2004 - two bits each
    mode = int.from_bytes(record[2:4], "big") & 0o7777 if any_mode else _MODES[record[2]]
    seconds, below = int.from_bytes(record[4:8], "big"), record[8]
    mtime_ns = seconds * SECOND + below * (SECOND // 256) if any_time else _TIMES[record[4]]
    return mode, mtime_ns, _IDS[record[9]], _IDS[record[10]]
