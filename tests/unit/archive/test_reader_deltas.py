"""librsync's differences, as they are written and as they might be spoilt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.archive.reader.damage import DamagedError
from verify.archive.reader.deltas import MAGIC, patched
from verify.archive.reader.scratch import Scratch, Spool


def spool_of(data: bytes, memory: int = 1 << 20) -> Spool:
    spool = Scratch(memory=memory).spool()
    spool.write(data)
    return spool


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


LITERALS = st.binary(min_size=1, max_size=300)
COPIES = st.tuples(st.integers(0, 99), st.integers(1, 100)).filter(lambda each: sum(each) <= 100)


@given(st.lists(LITERALS | COPIES), st.integers(1, 50), st.booleans(), st.data())
def test_a_difference_makes_the_next_version(
    commands: list[bytes | tuple[int, int]], size: int, on_disk: bool, data: st.DataObject
) -> None:
    basis, delta, expected = bytes(range(100)), MAGIC, b""
    for each in commands:
        width = data.draw(st.integers(0, 3))
        if isinstance(each, tuple):
            delta += bytes([0x45 + 4 * width]) + each[0].to_bytes(1 << width, "big") + bytes([each[1]])
            expected += basis[each[0] : sum(each)]
        elif len(each) <= 64:
            delta += bytes([len(each)]) + each
            expected += each
        else:
            width = max(width, 1)
            delta += bytes([0x41 + width]) + len(each).to_bytes(1 << width, "big") + each
            expected += each
    spool = spool_of(basis, memory=0 if on_disk else 1 << 20)
    assert b"".join(patched(in_pieces(delta + b"\0", size), spool)) == expected
    spool.close()


@pytest.mark.parametrize(
    "delta",
    [b"", b"rs\x02", b"rs\x01\x36\0", MAGIC, MAGIC + b"\x05abc", MAGIC + b"\x45\x64\x01\0", MAGIC + b"\x45\x00\x00\0",
     MAGIC + b"\x45\x00\x65\0", MAGIC + b"\x55\0", MAGIC + b"\x44" + b"\xff" * 8 + b"\0", MAGIC + b"\0\0"],
)  # fmt: skip
def test_what_is_no_difference_is_damage(delta: bytes) -> None:
    with pytest.raises(DamagedError):
        list(patched([delta], spool_of(bytes(100))))


def test_a_difference_to_nothing_is_damage() -> None:
    with pytest.raises(DamagedError, match="not there"):
        list(patched([MAGIC + b"\0"], None))
