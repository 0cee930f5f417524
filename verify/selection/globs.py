"""duplicity's "extended shell globbing patterns" (man page, FILE SELECTION)."""

import re
import warnings
from collections.abc import Iterator
from enum import Enum
from itertools import accumulate, islice

# The longest reading first. A bracket that never closes is a character like any other, and so is
# "[]": the first "]" inside a set belongs to the set.
TOKEN = re.compile(
    r"(?P<any>\*\*) | (?P<star>\*) | (?P<one>\?)"
    r"| \[ (?P<negated>[!^]?+) (?P<members>\]?+[^\]]*+) \]"
    r"| (?P<character>.)",
    re.DOTALL | re.VERBOSE,
)


class Reach(Enum):
    """What a rule can say about the paths below a folder."""

    NOTHING = "it matches none of them"
    SOME = "it may match some of them"
    ALL = "it matches every one of them"


def compiled(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Return the expression compiled, without Python's warnings on how later releases may read it."""
    with warnings.catch_warnings(action="ignore"):
        return re.compile(expression, flags)


def translate(glob: str) -> str:
    """Given a glob, return the regular expression that matches the same text.

    A negated set matches "/" too, unlike a shell's. A range whose ends are reversed makes the
    expression one that does not compile; duplicity crashes on it.
    """
    return "".join(map(_translated, TOKEN.finditer(glob)))


def _translated(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "any":
            return ".*"
        case "star":
            return "[^/]*"
        case "one":
            return "[^/]"
        case "members":
            members = token["members"].replace("\\", r"\\")
            return f"[{'^' if token['negated'] else ''}{members}]"
        case _:
            return re.escape(token[0])


class Glob:
    """A glob that is matched against whole path names, from the source's first character on.

    `matching`, `matching_no_folder` and `leading` are what `matches` and `leads_through` look for at
    a path's beginning, as regular expressions.

    duplicity uses "$" where it means the end of a name, which also stands before a newline that
    ends the name: `a` matches "a" and "a" followed by a newline. So do we.
    """

    def __init__(self, glob: str, *, ignore_case: bool) -> None:
        """Given a glob, prepare it. Raise re.error on a reversed range, ValueError on "//" in it."""
        self._flags = "is" if ignore_case else "s"
        self._folders_only = glob.endswith("/")
        text = glob.removesuffix("/")
        whole = translate(text)
        matching = f"{whole}(?:$|/)"
        self.matching = self._flagged(matching)
        # A path that the glob can be expanded into, and not a folder that the path is in, is no match.
        self.matching_no_folder = self._flagged(f"(?!{whole}$){matching}") if self._folders_only else self.matching
        # duplicity compiles these first: a reversed range is told before "//".
        self._matching, self._matching_no_folder = compiled(self.matching), compiled(self.matching_no_folder)
        # Through a path that it can be expanded into it never leads, not even if it does not match for being no folder.
        self.leading = self._flagged(f"(?!{matching})(?:{'|'.join(_prefixes(text))})$")
        self._leading = compiled(self.leading)
        self._below = compiled(self._flagged(f"{whole}/"))
        self._open = bool(re.search(r"\*\*|\[", text))
        self._reaching = compiled(self._flagged(f"(?:{'|'.join(_ways_down(text))})\\Z"))

    def _flagged(self, expression: str) -> str:
        return f"(?{self._flags}:{expression})"

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the glob can be expanded into the path, or into a folder that it is in.

        A glob that ends with "/" takes folders and what is in them only.
        """
        return bool((self._matching if is_folder else self._matching_no_folder).match(path))

    def leads_through(self, path: str) -> bool:
        """Return whether something below the path may match: it matches the glob's first parts.

        The parts end with the first "**", which may stand for any number of folders: a glob such
        as /source/**.py leads through every path of the source.
        """
        return bool(self._leading.match(path))

    def reach(self, folder: str) -> Reach:
        """Return what the glob can say about the paths below the folder; never less than it does."""
        if self._below.match(folder + "/"):
            return Reach.SOME if self._folders_only and self._open else Reach.ALL
        return Reach.SOME if self._reaching.match(folder) else Reach.NOTHING


def _prefixes(glob: str) -> list[str]:
    first, double, _ = glob.partition("**")
    parts = (first + double).split("/")
    if "" in parts[1:-1]:
        raise ValueError("//")
    return [translate(folder) for folder in _folders(parts)]


def _ways_down(glob: str) -> Iterator[str]:
    """Yield expressions for the folders that the glob may match something below.

    From the first part with "**" or a set on, which both may match "/", every folder is one.
    """
    parts = glob.split("/")
    fixed = next((at for at, part in enumerate(parts) if "**" in part or "[" in part), len(parts))
    yield from map(translate, islice(_folders(parts[:-1]), fixed))
    yield translate("/".join([*parts[:fixed], "**"]))


def _folders(parts: list[str]) -> Iterator[str]:
    """Given the parts of a path, yield the path that the first of them make, then that of the first two, and so on."""
    # "/" is the one folder whose name ends with a slash.
    return (name or "/" for name in accumulate(parts, "{}/{}".format))
