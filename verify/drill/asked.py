"""What the owner's own tests ask for: where a sample does not hold it, that says nothing of the backup."""

import os
from pathlib import Path, PosixPath
from typing import ClassVar, Self

from verify.drill.drill import Drill
from verify.trees import printable


class AskedPath(PosixPath):
    """A path that notes which paths below it are asked for, by `/` or `joinpath`, in `asked`."""

    asked: ClassVar[set[str]] = set()

    def __truediv__(self, key: str | os.PathLike[str]) -> Self:
        made = super().__truediv__(key)
        return made if made is NotImplemented else self._noted(made)

    def joinpath(self, *others: str | os.PathLike[str]) -> Self:
        """Return a path below this one."""
        return self._noted(super().joinpath(*others))

    def _noted(self, path: Self) -> Self:
        self.asked.add(os.fspath(path))
        return path


def not_in_the_sample(drill: Drill, restored: Path) -> list[str]:
    """Given what was restored, return which of the paths that were asked for the newest point has, but the sample not.

    Of a folder and a path in it, that is the path. What the point does not have either is a matter of the backup.
    """
    absent = {os.fsencode(os.path.relpath(each, restored)) for each in AskedPath.asked if not os.path.lexists(each)}
    listed = {path for path, _ in drill.listings.newest if path in absent} if absent else set()
    return sorted(printable(path) for path in listed if not any(each.startswith(path + b"/") for each in listed))


def gap_words(paths: list[str]) -> str:
    """Given paths that a test asks for and the sample does not hold, return why the test decides nothing."""
    them = ", ".join(paths)
    return (
        f"tonight's sample does not hold {them}: add {'it' if len(paths) == 1 else 'them'} to must_restore in the "
        "policy, or have the test call backup.restore(path)"
    )
