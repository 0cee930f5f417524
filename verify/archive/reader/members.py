"""The members of a volume: its tar archive, read strictly, for what is not as duplicity writes it is damage.

Python's own `tarfile` takes a header that makes no sense for the end of the archive, and says nothing.
"""

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from verify.archive.reader.damage import DamagedError
from verify.archive.reader.scratch import Spool

BLOCK = 512  # bytes
_ENDS = (bytes(BLOCK), b"")  # up to 3.1.0 there is no mark where nothing is encrypted
_LONGEST = 1 << 20  # bytes of a header that extends another one: a path has 4,096, a target as many
_POSITIVE, _NEGATIVE = 0x80, 0xFF  # first bytes of numbers that are no octal digits
FORMATS = {
    b"0": stat.S_IFREG, b"\0": stat.S_IFREG, b"2": stat.S_IFLNK, b"3": stat.S_IFCHR, b"4": stat.S_IFBLK,
    b"5": stat.S_IFDIR, b"6": stat.S_IFIFO,
}  # fmt: skip


class TarMember(NamedTuple):
    """One member: its whole name, what its header says, and where its data lie in the spool; `mtime` in seconds."""

    name: bytes
    st_mode: int
    uid: int
    gid: int
    mtime: int
    target: bytes  # of symlinks only
    rdev: int  # of devices only
    offset: int
    size: int  # bytes


def members_of(spool: Spool) -> Iterator[TarMember]:
    """Given a volume's tar archive, yield its members. Raise `DamagedError` where it is cut short or makes no sense.

    What follows the archive's end is not looked at: duplicity fills encrypted volumes up with bytes of no meaning.
    """
    offset, extended = 0, dict[bytes, bytes]()
    while (block := spool.read_at(offset, BLOCK)) not in _ENDS:
        kind, size, start = _checked(block, offset), _number(block[124:136]), offset + BLOCK
        if b"size" in extended:
            size = _decimal(extended[b"size"])
        offset = start + -(-size // BLOCK) * BLOCK
        if size < 0 or offset > spool.size:
            raise DamagedError(f"it is cut short: a member at byte {start:,} is to have {size:,} bytes")
        if kind in (b"x", b"L", b"K"):
            if size > _LONGEST:
                raise DamagedError(f"a name of {size:,} bytes at byte {start:,}")
            extended |= _extension(kind, spool.read_at(start, size))
            continue
        yield _member(block, kind, extended, start, size)
        extended = {}
    if extended:
        raise DamagedError("it is cut short: a header extends one that does not follow")


def _checked(block: bytes, offset: int) -> bytes:
    """Return a header's type. Raise `DamagedError` unless it is one."""
    if len(block) < BLOCK:
        raise DamagedError(f"it is cut short: its last {len(block):,} bytes are no header")
    if sum(block[:148]) + 8 * 0x20 + sum(block[156:]) != _number(block[148:156]):
        raise DamagedError(f"no member begins at byte {offset:,}, where one should")
    return block[156:157]


def _extension(kind: bytes, data: bytes) -> dict[bytes, bytes]:
    if kind == b"x":
        return dict(_records(data))
    return {b"path" if kind == b"L" else b"linkpath": data.rstrip(b"\0")}


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keywords and values of a pax header: lines that begin with their own length."""
    while data:
        length, blank, _ = data.partition(b" ")
        size = _decimal(length) if blank else 0
        line = data[len(length) + 1 : size]
        keyword, equals, value = line.partition(b"=")
        if size > len(data) or not equals or not value.endswith(b"\n"):
            raise DamagedError("a header that extends another one makes no sense")
        yield keyword, value[:-1]
        data = data[size:]


def _member(block: bytes, kind: bytes, extended: dict[bytes, bytes], start: int, size: int) -> TarMember:
    form = FORMATS.get(kind)
    if form is None:
        raise DamagedError(f"a member of a type that duplicity does not write, {kind!r}, at byte {start:,}")
    name = extended.get(b"path") or _name(block)
    if size and form != stat.S_IFREG:
        raise DamagedError(f"a member that is no file has {size:,} bytes of data at byte {start:,}")
    is_device = form in (stat.S_IFCHR, stat.S_IFBLK)
    return TarMember(
        name,
        form | (_number(block[100:108]) & 0o7777),
        _decimal(extended[b"uid"]) if b"uid" in extended else _number(block[108:116]),
        _decimal(extended[b"gid"]) if b"gid" in extended else _number(block[116:124]),
        max(_decimal(extended[b"mtime"]) if b"mtime" in extended else _number(block[136:148]), 0),
        (extended.get(b"linkpath") or _text(block[157:257])) if form == stat.S_IFLNK else b"",
        _device(block, start) if is_device else 0,
        start,
        size,
    )


def _device(block: bytes, start: int) -> int:
    try:
        return os.makedev(_number(block[329:337]), _number(block[337:345]))
    except (OverflowError, ValueError):
        raise DamagedError(f"a device with impossible numbers at byte {start:,}") from None


def _name(block: bytes) -> bytes:
    name, before = _text(block[:100]), _text(block[345:500]) if block[257:263] == b"ustar\0" else b""
    return before + b"/" + name if before else name


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int:
    """Return a header's number: octal digits, or the bytes themselves where they would be too many."""
    if field[0] in (_POSITIVE, _NEGATIVE):
        number = int.from_bytes(field[1:], "big")
        return number - (1 << 8 * (len(field) - 1)) if field[0] == _NEGATIVE else number
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise DamagedError(f"a header with {field!r} where a number should be") from None


def _decimal(text: bytes) -> int:
    """Return a pax header's number; a time may have a fraction, which duplicity cuts off."""
    try:
        return int(float(text)) if b"." in text else int(text)
    except (ValueError, OverflowError):
        raise DamagedError(f"a header with {text[:40]!r} where a number should be") from None
