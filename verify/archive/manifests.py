"""What a set's manifest says: its volumes, which paths each holds, and what each must hash to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from verify.trees.model import path_key

_VOLUME = re.compile(rb"^Volume (\d+):$", re.IGNORECASE)
_CHANGED = re.compile(rb'^    (new|changed|deleted) +(\S+|".*")$')
_FILELIST = re.compile(rb"^Filelist (\d+)$", re.MULTILINE)
_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_DIGITS = 9  # that the number of a volume has at most
_STRONGEST_FIRST = ("SHA1", "MD5")  # duplicity writes SHA1; very old releases wrote MD5


class ManifestError(ValueError):
    """A manifest that cannot be read, with the reason."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a manifest could not be read; `hint` says what to do where it was for want of the right passphrase or key.

    `stops` says whether duplicity ends with an error where it reads it, which it does before it restores anything.
    """

    why: str
    hint: str = ""
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of a set: the first and last path in it, and what it hashes to.

    `hash` is (algorithm, hexadecimal digest), None where the manifest has none. The root is `b""`.
    """

    number: int
    first: bytes
    last: bytes
    hash: tuple[str, str] | None

    def may_hold(self, path: bytes) -> bool:
        """Return whether the path, or something in it, may be in the volume: what duplicity downloads for it."""
        if not path:
            return True
        return _upto(self.first, path) <= path_key(path) <= path_key(self.last)

    def holds(self, path: bytes) -> bool:
        """Return whether a path itself, or a part of it, lies in the volume."""
        return path_key(self.first) <= path_key(path) <= path_key(self.last)


def _must_be_whole(text: bytes) -> None:
    """Raise `ManifestError` unless there are as many changed paths as the manifest says there are."""
    header = _FILELIST.search(text)
    there = sum(1 for line in text.splitlines() if _CHANGED.match(line))
    if header and int(header[1]) != there:
        raise ManifestError(f"it names {there} changed paths where it says {int(header[1])}: it is cut short")


def _upto(first: bytes, path: bytes) -> bytes:
    """Return the key of a path cut to as many names as another has, as duplicity compares them."""
    return path_key(b"/".join(first.split(b"/")[: path.count(b"/") + 1]))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says of its set. `has_list`: whether it lists files that changed; None where that is unknown."""

    volumes: Mapping[int, Volume]
    has_list: bool | None = None

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Given a manifest's text, return it. Raise `ManifestError` where it is none, or cut short."""
        volumes: dict[int, Volume] = {}
        for block in _blocks(text):
            volume = _volume(block)
            # A resumed backup may write a volume again: the earlier one, and those that followed it, do not count.
            volumes = {number: each for number, each in volumes.items() if number < volume.number}
            volumes[volume.number] = volume
        if not volumes:
            raise ManifestError("it names no volume")
        _must_be_whole(text)
        return cls(volumes, bool(_FILELIST.search(text)))

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object, with bytes as Latin-1, which has a character for each."""
        volumes = [
            [each.number, each.first.decode("latin-1"), each.last.decode("latin-1"), *(each.hash or ())]
            for each in self.volumes.values()
        ]
        return {"volumes": volumes, "has_list": self.has_list}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Given what `as_json` made, return the manifest again; earlier ledgers have the volumes alone."""
        listed = data if isinstance(data, list) else data["volumes"]
        volumes = (
            Volume(number, first.encode("latin-1"), last.encode("latin-1"), (hashed[0], hashed[1]) if hashed else None)
            for number, first, last, *hashed in listed
        )
        has_list = None if isinstance(data, list) else data["has_list"]
        return cls({each.number: each for each in volumes}, has_list)


def changed_paths(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Given a manifest's text, yield what its set changed: (new, changed or deleted; path)."""
    for line in text.splitlines():
        if found := _CHANGED.match(line):
            yield found[1].decode(), unquoted(found[2])


def unquoted(text: bytes) -> bytes:
    r"""Given a path as manifests write it, return the path: quoted, with blanks and quotes as `\xNN`."""
    if text[:1] != b'"':
        return text
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text[1:-1])


def _blocks(text: bytes) -> Iterator[list[bytes]]:
    """Yield the lines of each volume's block, the first of which numbers it."""
    block: list[bytes] = []
    for line in text.splitlines():
        if _VOLUME.match(line):
            if block:
                yield block
            block = [line]
        elif block and line.startswith(b"    ") and not _CHANGED.match(line):
            block.append(line)
        elif block:  # the list of files that follows the volumes in newer releases
            yield block
            block = []
    if block:
        yield block


def _volume(block: list[bytes]) -> Volume:
    digits = _VOLUME.match(block[0])[1]  # type: ignore[index]  # _blocks begins one with such a line
    if len(digits) > _DIGITS:
        raise ManifestError(f"it numbers a volume with {len(digits)} digits")
    number = int(digits)
    fields = [words for line in block[1:] if (words := line.split())]
    ends = {name.lower(): rest[0] for name, *rest in fields if len(rest) >= 1}
    hashes = {
        rest[0].decode("latin-1"): rest[1].decode("latin-1")
        for name, *rest in fields
        if name.lower() == b"hash" and rest[1:]
    }
    if not {b"startingpath", b"endingpath"} <= ends.keys():
        raise ManifestError(f"volume {number} is cut short")
    strongest = next((name for name in _STRONGEST_FIRST if name in hashes), None)
    return Volume(
        number,
        _path(ends[b"startingpath"]),
        _path(ends[b"endingpath"]),
        (strongest, hashes[strongest]) if strongest else None,
    )


def _path(text: bytes) -> bytes:
    path = unquoted(text)
    return b"" if path == b"." else path
