"""What duplicity calls its files at a destination, read from their names: the only place that knows how."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from verify.durations import moment

Part = Literal["volume", "manifest", "signature", "statistics"]
PARTS: tuple[Part, ...] = ("volume", "manifest", "signature")  # of every set

# As in duplicity/file_naming.py. A full backup's names have one time, an incremental's have two.
# Releases before 2.0 write times with --old-filenames as the second form has them, which all releases read.
_SEPARATOR = r"[^\d/]"  # of --time-separator
_CLOCK = rf"\d\d{_SEPARATOR}\d\d{_SEPARATOR}\d\d(?:Z|[+-]\d\d{_SEPARATOR}\d\d)"
_TIME = rf"(?:\d{{8}}T\d{{6}}Z|\d{{4}}-\d\d-\d\dT{_CLOCK})"
_BACKUP = rf"duplicity-(?:full\.|inc\.(?P<start>{_TIME})\.to\.)(?P<end>{_TIME})"
_SIGNATURES = rf"duplicity-(?:full-signatures\.|new-signatures\.(?P<start>{_TIME})\.to\.)(?P<end>{_TIME})"
_PATTERNS: Mapping[Part, str] = {
    "volume": rf"{_BACKUP}\.vol(?P<number>\d+)\.difftar",
    "manifest": rf"{_BACKUP}\.manifest",
    "signature": rf"{_SIGNATURES}\.sigtar",
    "statistics": rf"{_BACKUP}\.jsonstat",  # of --jsonstat: enough to make duplicity see a set
}
_UNFINISHED = r"(?P<partial>\.part)?"
_SUFFIX = r"(?:\.(?P<suffix>gpg|p7m|gz))?"
_ENCRYPTED = frozenset({"gpg", "p7m"})
_Patterns = Mapping[Part, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a set covers, in seconds since the epoch: a full one has no start."""

    start: int | None
    end: int

    @property
    def is_full(self) -> bool:
        """Whether it is a full backup's."""
        return self.start is None

    def __str__(self) -> str:
        return f"the {'full' if self.is_full else 'incremental'} of {moment(self.end)}"


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name says. `partial` is one that duplicity had not finished."""

    part: Part
    span: Span
    number: int = 0  # of volumes, from 1
    partial: bool = False
    encrypted: bool = False


class Names:
    """The names of one job's files, which may begin with prefixes of the job's own."""

    def __init__(self, common: str = "", prefixes: Mapping[Part, str] | None = None) -> None:
        """Given the prefix of all files, and those that follow it for some parts, read only names that begin so."""
        self.prefixes: Mapping[Part, str] = {part: common + (prefixes or {}).get(part, "") for part in _PATTERNS}
        self._patterns = _compiled({part: re.escape(prefix) for part, prefix in self.prefixes.items()})

    def read(self, name: str) -> Named | None:
        """Given a file's name, return what it says; None where it is none of this job's."""
        return _read(name, self._patterns)


def read_with_any_prefix(name: str) -> Named | None:
    """Given a file's name, return what it says, whatever it begins with; None where duplicity did not make it."""
    return _read(name, _ANY_PREFIX)


def _read(name: str, patterns: _Patterns) -> Named | None:
    for part, each in patterns.items():
        if found := each.fullmatch(name):
            with contextlib.suppress(ValueError):  # of a 13th month, which duplicity never wrote
                return _named(part, found)
    return None


def _compiled(before: Mapping[Part, str]) -> _Patterns:
    """Given what stands before the names of each part, as a regular expression, return the patterns of whole names."""
    return {part: re.compile(before[part] + each + _UNFINISHED + _SUFFIX) for part, each in _PATTERNS.items()}


def _named(part: Part, found: re.Match[str]) -> Named:
    return Named(
        part,
        Span(_seconds(found["start"]) if found["start"] else None, _seconds(found["end"])),
        number=int(found["number"]) if part == "volume" else 0,
        partial=bool(found["partial"]),
        encrypted=found["suffix"] in _ENCRYPTED,
    )


def stamp(seconds: int) -> str:
    """Given a time in seconds since the epoch, return it as it stands in names."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _seconds(text: str) -> int:
    """Return what a time means in seconds since the epoch. Raise ValueError for one that there is not."""
    zone = "Z" if text.endswith("Z") else text[-6:]
    digits = re.sub(r"\D", "", text.removesuffix(zone)) + zone[0] + re.sub(r"\D", "", zone)
    return int(datetime.strptime(digits, "%Y%m%d%H%M%S%z").timestamp())


_ANY_PREFIX = _compiled(dict.fromkeys(_PATTERNS, ".*?"))
