"""What both ends of a host must say alike: a seed's bytes, a content's digest, and records in compressed blocks.

Standard library of Python 3.8 only: like all of `verify.onsite` it is sent to where the files are, and runs there.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Block = tuple[int, bytes]  # (number of records, the records compressed)
    Record = tuple[Any, ...]

RECORDS = 4096  # records in one block
FORMAT = 2  # of marshal: the newest that all versions of Python read and write alike
DIGEST_SIZE = 16  # bytes of a content's SHA-256 that are kept: enough against accidents, and no attack is looked for


def content_bytes(seed: int, length: int, start: int = 0) -> bytes:
    """Each seed stands for an endless sequence of bytes (0: zeros). Return `length` bytes of it, from `start` on."""
    if seed == 0:
        return bytes(length)
    return hashlib.shake_128(b"%d" % seed).digest(start + length)[start:]


def digest_of(parts: Iterable[bytes]) -> bytes:
    """Given a file's bytes in parts, return the digest that `observe` records for it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()[:DIGEST_SIZE]


def pack(records: Iterable[Record]) -> Iterator[Block]:
    """Given records, yield them as blocks: (number of records, compressed bytes)."""
    block = []
    for record in records:
        block.append(record)
        if len(block) == RECORDS:
            yield len(block), zlib.compress(marshal.dumps(block, FORMAT), 1)
            block = []
    if block:
        yield len(block), zlib.compress(marshal.dumps(block, FORMAT), 1)


def unpack(block: Block) -> list[Record]:
    """Given a block that `pack` made, return its records."""
    records: list[Record] = marshal.loads(zlib.decompress(block[1]))  # noqa: S302 - the host that wrote it runs our code and holds our secrets
    return records


def order_of(paths: Iterable[bytes]) -> list[Block]:
    """Given paths in the order in which they are restored, return them in blocks, for `follow`."""
    return list(pack((path,) for path in paths))


def paths_in(order: list[Block]) -> Iterator[bytes]:
    """Given what `order_of` made, yield the paths."""
    return (path for block in order for (path,) in unpack(block))
