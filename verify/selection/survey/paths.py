"""Paths that share a fate, told by the topmost of them: a folder stands for what is in it."""

import posixpath
from dataclasses import dataclass, field

from verify.selection import Entry

KEPT = 1000  # topmost paths of a group; a listing of millions must not be held for the few that are shown


@dataclass(slots=True)
class PathGroup:
    """Paths in the order of a listing: how many, how large, and the topmost ones.

    `count` counts paths of every kind, `files` the files among them, `size` their bytes.
    """

    count: int = 0
    files: int = 0
    size: int = 0
    untold: int = 0  # paths below none of the topmost that are kept
    _tops: dict[bytes, int] = field(default_factory=dict)
    _last: bytes = b""

    def add(self, entry: Entry) -> None:
        """Given a path, count it."""
        self.count += 1
        if entry.kind == "file":
            self.files += 1
            self.size += entry.size
        top = self._top_of(entry.path)
        if top in self._tops:
            self._tops[top] += 1
        elif len(self._tops) < KEPT:
            self._tops[top] = 1
            self._last = top
        else:
            self.untold += 1

    def _top_of(self, path: bytes) -> bytes:
        if self._last and path.startswith(self._last + b"/"):
            return self._last
        above = posixpath.dirname(path)
        while above:
            if above in self._tops:
                return above
            above = posixpath.dirname(above)
        return path

    @property
    def tops(self) -> list[tuple[bytes, int]]:
        """The topmost paths in order, each with how many paths it stands for, itself among them.

        A folder may come after what is in it: whether it is taken can hang on that.
        """
        folded: dict[bytes, int] = {}
        for path in sorted(self._tops):
            above = posixpath.dirname(path)
            while above and above not in folded:
                above = posixpath.dirname(above)
            folded[above or path] = folded.get(above or path, 0) + self._tops[path]
        return list(folded.items())
