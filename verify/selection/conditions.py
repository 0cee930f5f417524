"""The conditions of selection rules: which paths each one matches.

A condition is asked about a path by its full name as duplicity sees it (the source's name, "/", the
path below it), and never about the source itself.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from verify.errors import CannotRunError
from verify.selection.globs import Glob, Reach, compiled


class Entry(NamedTuple):
    """A path of a listing.

    `path` is relative to the source, b"" the source itself. `kind` is one of "file", "dir",
    "symlink", "fifo", "char", "block", "socket"; the walk adds "missing". `size` is in bytes,
    `mtime` in seconds since the epoch. `device` is the number of the file system that the path is
    on, None where it is not known. `readable` says whether the user that duplicity runs as may
    read it.
    """

    path: bytes
    kind: str = "file"
    size: int = 0
    mtime: float = 0
    device: int | None = None
    readable: bool = True


@dataclass(frozen=True)
class Scene:
    """What rules need to know about a listing as a whole.

    `device` is the source's file system, `holders` the folders that hold each --exclude-if-present
    name.
    """

    device: int | None = None
    holders: Mapping[bytes, AbstractSet[bytes]] = field(default_factory=dict)


NEVER = ("(?!)", "(?!)")


class Condition(Protocol):
    """Which paths a rule matches, and which it leads through or reaches."""

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:
        """Return whether the condition holds for the path."""

    def leads_through(self, name: str) -> bool:
        """Return whether an inclusion makes duplicity look below the path."""

    def expressions(self, *, folders: bool) -> tuple[str, str] | None:
        """Return what `matches` and `leads_through` hold for, as regular expressions, None if they are none.

        They are about folders, or about what is none, and match at a path's beginning. `NEVER` says
        that the condition holds for none of these.
        """

    def reach(self, folder: str) -> Reach:
        """Return what the condition can say about the paths below the folder."""


class ByGlob:
    """--include, --exclude: a shell glob, or "**" which is every path."""

    def __init__(self, glob: str, *, ignore_case: bool) -> None:
        """Given a glob, prepare it; what it raises is what `Glob` raises."""
        self.pattern = glob
        self._glob = Glob(glob, ignore_case=ignore_case)

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - not of the listing
        """Return whether the glob or a folder that it matches holds the path."""
        return self._glob.matches(name, is_folder=entry.kind == "dir")

    def leads_through(self, name: str) -> bool:
        """Return whether something below the path may match."""
        return self._glob.leads_through(name)

    def expressions(self, *, folders: bool) -> tuple[str, str]:
        """Return which folders, or which paths that are none, it matches and leads through."""
        return self._glob.matching if folders else self._glob.matching_no_folder, self._glob.leading

    def reach(self, folder: str) -> Reach:
        """Return what the glob can say about the paths below the folder."""
        return self._glob.reach(folder)


class ByLiteral:
    """A path after --filter-literal: it, and what is in it."""

    def __init__(self, text: str, *, ignore_case: bool) -> None:
        """Given a path, prepare it; one slash at its end counts for nothing, on files too."""
        self.pattern = text
        self._ignore_case = ignore_case
        self._text = self._folded(text if text == "/" else text.removesuffix("/"))

    def _folded(self, text: str) -> str:
        return text.casefold() if self._ignore_case else text

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the name is enough
        """Return whether the path is the text, or below it."""
        name = self._folded(name)
        return name == self._text or name.startswith(self._text + "/")

    def leads_through(self, name: str) -> bool:
        """Return whether the text is below the path.

        Nothing is below "/" for duplicity, which looks for a second slash: no literal path works
        with the source "/".
        """
        return self._text.startswith(self._folded(name) + "/")

    def expressions(self, *, folders: bool) -> None:
        """Return None: folding case, as duplicity does it here, is nothing that expressions can do."""

    def reach(self, folder: str) -> Reach:
        """Return what the text can say about the paths below the folder."""
        if (self._folded(folder) + "/").startswith(self._text + "/"):
            return Reach.ALL
        return Reach.SOME if self.leads_through(folder) else Reach.NOTHING


class _PathByPath:
    """A condition that says nothing about a folder because of what is in it, or the reverse."""

    of_folders = of_others = True  # whether it may hold for folders, and for what is none

    def expressions(self, *, folders: bool) -> tuple[str, str] | None:
        """Return None, as it has to be asked, or `NEVER`."""
        return None if (self.of_folders if folders else self.of_others) else NEVER

    def leads_through(self, name: str) -> bool:  # noqa: ARG002 - of no path
        """Return False: "Scenario 3 does not apply" (man page)."""
        return False

    def reach(self, folder: str) -> Reach:  # noqa: ARG002 - of every folder
        """Return that each path below must be looked at."""
        return Reach.SOME


class ByRegexp(_PathByPath):
    """--include-regexp, --exclude-regexp, and patterns after --filter-regexp."""

    def __init__(self, expression: str, *, ignore_case: bool) -> None:
        """Given a regular expression, prepare it. Raise re.error and others where it does not compile."""
        self.pattern = expression
        flags = re.IGNORECASE if ignore_case else 0
        self._expression = compiled(expression, flags)
        # Among others, its groups would change their numbers, and flags within it their reach.
        alone = self._expression.groups or self._expression.flags != re.UNICODE | flags
        self._anywhere = None if alone else f"(?s:.*?)(?{'i' if ignore_case else ''}:{expression})"

    def expressions(self, *, folders: bool) -> tuple[str, str] | None:  # noqa: ARG002 - of both
        """Return which paths it is found in, as an expression that can stand among others."""
        return None if self._anywhere is None else (self._anywhere, NEVER[1])

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the name is enough
        """Return whether the expression is found anywhere in the path's full name."""
        return bool(self._expression.search(name))


@dataclass(frozen=True)
class HoldsName(_PathByPath):
    """--exclude-if-present: a folder that holds the name, of whatever kind."""

    name: bytes
    of_others = False

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the listing decides
        """Return whether the path is a folder that holds the name."""
        return entry.kind == "dir" and entry.path in scene.holders[self.name]


class IsDevice(_PathByPath):
    """--exclude-device-files."""

    of_folders = False

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the kind is enough
        """Return whether the path is a character or block device."""
        return entry.kind in {"char", "block"}


@dataclass(frozen=True)
class IsOlder(_PathByPath):
    """--exclude-older-than: regular files only, so folders stay."""

    time: int
    of_folders = False

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the entry is enough
        """Return whether the path is a file last changed before the time."""
        return entry.kind == "file" and entry.mtime < self.time


class IsElsewhere(_PathByPath):
    """--exclude-other-filesystems: what lies on another file system than the source, mount points too."""

    def matches(self, name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG002 - the device is enough
        """Return whether the path's file system is not the source's. Raise `CannotRunError` if unknown."""
        if entry.kind == "missing":
            return False
        if entry.device is None or scene.device is None:
            raise CannotRunError(
                "The listing does not say on which file system the source and its paths are, which"
                " --exclude-other-filesystems needs; list the source itself instead."
            )
        return entry.device != scene.device
