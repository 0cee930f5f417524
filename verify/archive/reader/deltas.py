"""librsync's differences: what makes a file's next version out of the one before."""

from collections.abc import Iterable, Iterator

from verify.archive.reader.damage import DamagedError
from verify.archive.reader.scratch import Spool

MAGIC = b"rs\x026"
PIECE = 1 << 20  # bytes that are handed on at once, at most
_LITERAL, _COPY, _PAST = 0x41, 0x45, 0x55  # the first command of each kind whose lengths follow it


def patched(delta: Iterable[bytes], basis: Spool | None) -> Iterator[bytes]:
    """Given a difference in pieces and the version before, if there is one, yield the next version in pieces.

    Raise `DamagedError` where the difference makes no sense, is cut short, or copies what the basis does not have.
    """
    if basis is None:
        raise DamagedError("a difference to a file that is not there")
    source = _Source(delta)
    if source.take(4) != MAGIC:
        raise DamagedError("it is no difference of librsync's")
    while command := source.take(1)[0]:
        if command < _LITERAL:
            yield source.take(command)
        elif command < _COPY:
            yield from source.pieces(source.number(1 << command - _LITERAL))
        elif command < _PAST:
            where, length = divmod(command - _COPY, 4)
            yield from _copied(basis, source.number(1 << where), source.number(1 << length))
        else:
            raise DamagedError(f"a difference with the unknown command {command:#x}")
    if source.has_more():
        raise DamagedError("a difference that goes on after its end")


def _copied(basis: Spool, start: int, length: int) -> Iterator[bytes]:
    if not length or start + length > basis.size:
        raise DamagedError(
            f"a difference that copies {length:,} bytes from byte {start:,} of a version that has {basis.size:,}"
        )
    for offset in range(start, start + length, PIECE):
        yield basis.read_at(offset, min(PIECE, start + length - offset))


class _Source:
    """The bytes of a difference, taken as they are needed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._buffer, self._place = b"", 0

    def take(self, size: int) -> bytes:
        """Return so many bytes. Raise `DamagedError` where there are fewer."""
        place, end = self._place, self._place + size
        while end > len(self._buffer):
            piece = next(self._pieces, None)
            if piece is None:
                raise DamagedError("a difference that is cut short")
            self._buffer, place, end = self._buffer[place:] + piece, 0, size
            self._place = 0
        self._place = end
        return self._buffer[place:end]

    def number(self, size: int) -> int:
        """Return a number of so many bytes."""
        return int.from_bytes(self.take(size), "big")

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield so many bytes, however many they are."""
        while size:
            taken = min(size, max(len(self._buffer) - self._place, 1))
            yield self.take(taken)
            size -= taken

    def has_more(self) -> bool:
        """Return whether anything is left."""
        return self._place < len(self._buffer) or any(self._pieces)
