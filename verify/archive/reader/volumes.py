"""Volumes, fetched, hashed, decrypted and unpacked ahead of whoever reads them; what does not hash is not used."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from verify.archive.manifests import Volume
from verify.archive.reader.damage import DamagedError, UnfetchedError, UnreadError
from verify.archive.reader.scratch import Scratch, Spool
from verify.archive.sets import Object
from verify.trees.model import path_key

Fetch = Callable[[str], Iterator[bytes]]
"""Given an object's name, yields its bytes. Raises FileNotFoundError, or `UnfetchedError` where it is refused."""
Decrypt = Callable[[Iterable[bytes], Callable[[bytes], object]], None]
"""Given encrypted pieces, calls a function with decrypted ones. Raises `DamagedError` or `UnreadError`."""

PIECE = 1 << 18  # bytes that are decompressed at once
GZIP = 31  # zlib's word for a gzip header and trailer


@dataclass(frozen=True, slots=True)
class SetVolume:
    """A volume of a set as its manifest has it, and the object that it is; None where there is none."""

    set_number: int  # from 0, along the chain
    name: str  # what the object is called, or would be
    volume: Volume
    stored: Object | None

    @property
    def key(self) -> bytes:
        """The sort key of its first path."""
        return path_key(self.volume.first)


class Volumes:
    """The volumes of a chain, a few of which are made ready ahead, in the order in which a merge asks for them."""

    def __init__(
        self, volumes: Iterable[SetVolume], fetch: Fetch, decrypt: Decrypt, scratch: Scratch, *, at_once: int
    ) -> None:
        """Make `at_once` volumes ready at the same time."""
        ordered = sorted(volumes, key=lambda each: (each.key, each.set_number, each.volume.number))
        self._waiting: dict[str, SetVolume] = {each.name: each for each in ordered if each.stored}
        self._fetch, self._decrypt, self._scratch = fetch, decrypt, scratch
        self._ahead = at_once + 1
        self._ready: dict[str, Future[Spool]] = {}
        self._pool = ThreadPoolExecutor(at_once, "volumes")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()
        for each in self._ready.values():
            each.cancel()
        self._pool.shutdown()

    def open(self, each: SetVolume) -> Spool:
        """Return a volume's tar archive, which the caller closes.

        Raise `DamagedError` where it is lost or not what its manifest says, `UnreadError` where it cannot be told.
        """
        if each.stored is None:
            raise DamagedError("it is lost")
        self._begin(each)
        for following in list(self._waiting.values())[: max(0, self._ahead - len(self._ready))]:
            self._begin(following)
        return self._ready.pop(each.name).result()

    def _begin(self, each: SetVolume) -> None:
        if self._waiting.pop(each.name, None):
            self._ready[each.name] = self._pool.submit(self._unpacked, each)

    def _unpacked(self, each: SetVolume) -> Spool:
        spool = self._scratch.spool()
        try:
            self._unpack(each, spool)
        except BaseException:
            spool.close()
            raise
        return spool

    def _unpack(self, each: SetVolume, spool: Spool) -> None:
        algorithm, wanted = each.volume.hash or ("SHA1", "")
        hashed = hashlib.new(algorithm.lower(), usedforsecurity=False)
        pieces = _hashed(self._fetch(each.name), hashed)
        failed: DamagedError | UnreadError | None = None
        try:
            try:
                self._open(each.name, pieces, spool)
            except UnfetchedError:
                raise
            except (DamagedError, UnreadError) as error:
                failed = error
            for _ in pieces:
                pass  # the rest belongs to the hash
        except FileNotFoundError:
            raise DamagedError("it is gone: it was listed a moment ago") from None
        if wanted and hashed.hexdigest() != wanted.lower():
            raise DamagedError(f"{algorithm} {hashed.hexdigest()} where its manifest says {wanted}")
        if failed:
            raise failed

    def _open(self, name: str, pieces: Iterator[bytes], spool: Spool) -> None:
        if name.endswith(".gpg"):
            self._decrypt(pieces, spool.write)
        elif name.endswith(".p7m"):
            raise UnreadError("it is encrypted by gpgsm, which is not supported")
        else:
            for piece in _gunzipped(pieces) if name.endswith(".gz") else pieces:
                spool.write(piece)


def _hashed(pieces: Iterator[bytes], hashed: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        hashed.update(piece)
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflating = zlib.decompressobj(GZIP)
    try:
        for piece in pieces:
            left = piece
            while left and not inflating.eof:
                yield inflating.decompress(left, PIECE)
                left = inflating.unconsumed_tail
    except zlib.error as error:
        raise DamagedError(f"it does not decompress: {error}") from None
    if not inflating.eof:
        raise DamagedError("it is cut short: its compressed data do not end")
    if inflating.unused_data:
        raise DamagedError(f"{len(inflating.unused_data):,} bytes behind its compressed data")
