"""The objects that duplicity leaves at a destination, by their names."""

import re
from typing import Literal, NamedTuple

Set = Literal["full", "incremental"]
Part = Literal["volume", "manifest", "signature"]


class ObjectKind(NamedTuple):
    """What an object is: a part of a full or of an incremental set."""

    set: Set
    part: Part

    def __str__(self) -> str:
        return f"{self.set} {self.part}"


KINDS = tuple(
    ObjectKind(which, part) for which in ("full", "incremental") for part in ("volume", "manifest", "signature")
)

# duplicity/file_naming.py; a job may put a prefix of its own before each, and gzip or gpg an ending behind.
_TIME = r"\d{8}T\d{6}Z"
_NAMES: tuple[tuple[re.Pattern[str], ObjectKind], ...] = (
    (re.compile(rf"duplicity-full\.{_TIME}\.vol\d+\.difftar"), ObjectKind("full", "volume")),
    (re.compile(rf"duplicity-full\.{_TIME}\.manifest"), ObjectKind("full", "manifest")),
    (re.compile(rf"duplicity-full-signatures\.{_TIME}\.sigtar"), ObjectKind("full", "signature")),
    (re.compile(rf"duplicity-inc\.{_TIME}\.to\.{_TIME}\.vol\d+\.difftar"), ObjectKind("incremental", "volume")),
    (re.compile(rf"duplicity-inc\.{_TIME}\.to\.{_TIME}\.manifest"), ObjectKind("incremental", "manifest")),
    (
        re.compile(rf"duplicity-new-signatures\.{_TIME}\.to\.{_TIME}\.sigtar"),
        ObjectKind("incremental", "signature"),
    ),
)


def kind_of(name: str) -> ObjectKind | None:
    """Given an object's name, return what it is; None for one that is not of a finished set."""
    return next((kind for pattern, kind in _NAMES if pattern.search(name)), None)
