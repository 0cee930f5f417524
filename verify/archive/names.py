"""What duplicity calls its files at a destination."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verify.durations import moment
from verify.job import Job

Kind = Literal["volume", "manifest", "signatures"]

_TIME = r"\d{8}T\d{6}Z"
_SUFFIX = r"(?:\.(?P<suffix>gpg|p7m|gz))?"
_PATTERNS: Mapping[Kind, str] = {
    "volume": rf"duplicity-(?:full|inc)\.(?:(?P<start>{_TIME})\.to\.)?(?P<end>{_TIME})\.vol(?P<number>\d+)\.difftar",
    "manifest": rf"duplicity-(?:full|inc)\.(?:(?P<start>{_TIME})\.to\.)?(?P<end>{_TIME})\.manifest",
    "signatures": rf"duplicity-(?:full|new)-signatures\.(?:(?P<start>{_TIME})\.to\.)?(?P<end>{_TIME})\.sigtar",
}


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

    kind: Kind
    span: Span
    number: int = 0  # of volumes, from 1
    partial: bool = False
    encrypted: bool = False


class Names:
    """The names of one job's files, which may have prefixes of its own."""

    def __init__(self, common: str = "", prefixes: Mapping[Kind, str] | None = None) -> None:
        self._patterns = {
            kind: re.compile(
                re.escape(common + (prefixes or {}).get(kind, "")) + pattern + r"(?P<partial>\.part)?" + _SUFFIX
            )
            for kind, pattern in _PATTERNS.items()
        }

    @classmethod
    def of(cls, job: Job) -> "Names":
        """Given a job, return the names that its file prefixes make."""
        return cls(
            job.option("--file-prefix") or "",
            {
                "volume": job.option("--file-prefix-archive") or "",
                "manifest": job.option("--file-prefix-manifest") or "",
                "signatures": job.option("--file-prefix-signature") or "",
            },
        )

    def read(self, name: str) -> Named | None:
        """Given a file's name, return what it says; None where it is none of this job's."""
        for kind, pattern in self._patterns.items():
            if found := pattern.fullmatch(name):
                return Named(
                    kind,
                    Span(_seconds(found["start"]) if found["start"] else None, _seconds(found["end"])),
                    int(found["number"]) if kind == "volume" else 0,
                    bool(found["partial"]),
                    found["suffix"] in {"gpg", "p7m"},
                )
        return None


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y%m%dT%H%M%S%z").timestamp())
