"""Hypothesis strategies for a node and what it holds: names, contents, modes, owners, times, targets, xattrs.

Each is a list of values that have broken backups before, simplest first, with plain ones among them.
"""

from typing import Any

from hypothesis import strategies as st

from verify.trees.model import SECOND, WRITTEN, Kind, Node, Segment

KIB = 1024
BORDERS = tuple(border + step for border in (512, 2 * KIB, 64 * KIB) for step in (-1, 0, 1))  # tar, librsync, reads
SIZES = (0, 1, 10, 100, *BORDERS, 4 * KIB, 20_000)
LARGE = 2_500_000  # bytes: three volumes with --volsize 1
SELDOM = 120  # ordinary sizes for one large

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

names = st.one_of(
    st.sampled_from([b"a", b"b", b"c", b"d"]),
    st.text("abcxyz0123456789._-", min_size=3, max_size=8).map(str.encode),
    st.sampled_from(HOSTILE_NAMES),
)
sizes = st.sampled_from([*SIZES * (SELDOM // len(SIZES)), LARGE])
segments = st.builds(Segment, st.integers(0, 9), sizes, st.just(0))  # seed 0 is zeros; few seeds, so contents repeat
contents = st.lists(segments, max_size=2).map(lambda drawn: tuple(one for one in drawn if one.length))
modes = st.one_of(st.sampled_from(MODES[:2]), st.sampled_from(MODES), st.integers(0, 0o7777))
owners = st.one_of(st.just((0, 0)), st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)))
mtimes = st.one_of(st.just(WRITTEN), st.sampled_from(TIMES), st.integers(0, 2**32 * SECOND))
targets = st.one_of(
    st.sampled_from(TARGETS), st.binary(min_size=1, max_size=12).map(lambda drawn: drawn.replace(b"\0", b"0"))
)
xattrs = st.one_of(
    st.just(()),
    st.dictionaries(st.sampled_from([b"user.a", b"user.b"]), st.binary(max_size=20), max_size=2).map(
        lambda drawn: tuple(sorted(drawn.items()))
    ),
)


# Most draws are spent on metadata, so plain metadata is drawn as one value and shrinks in one step.
_plain: st.SearchStrategy[tuple[int, int, tuple[int, int]]] = st.just((0o755, WRITTEN, (0, 0)))
metadata = st.one_of(_plain, st.tuples(modes, mtimes, owners))


def _node(kind: Kind, drawn: tuple[int, int, tuple[int, int]], **rest: Any) -> Node:
    mode, mtime_ns, (uid, gid) = drawn
    return Node(kind, 0o777 if kind == "symlink" else mode, uid, gid, mtime_ns, **rest)


def _nodes() -> st.SearchStrategy[Node]:
    files = st.builds(_node, st.just("file"), metadata, content=contents, xattrs=xattrs)
    folders = st.builds(_node, st.just("dir"), metadata, xattrs=xattrs)
    symlinks = st.builds(_node, st.just("symlink"), metadata, target=targets)
    fifos = st.builds(_node, st.just("fifo"), metadata)
    devices = st.builds(_node, st.sampled_from(["char", "block"]), metadata, device=st.sampled_from(DEVICES))
    return st.one_of(files, folders, files, symlinks, folders, fifos, devices)


nodes = _nodes()
