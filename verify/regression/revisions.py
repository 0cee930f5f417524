"""Files as a git revision has them, written out beside the checkout, which is not touched."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from verify.errors import CannotRunError


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision's files, in a folder of their own. `root` is the checkout that they belong to."""

    name: str  # as it was given
    commit: str
    folder: Path
    root: Path

    def file(self, path: Path) -> Path:
        """Given a path relative to the root, return the file. Raise `CannotRunError` if the revision has none."""
        if not (self.folder / path).is_file():
            raise CannotRunError(f"{self.name} has no file {path}: `git ls-tree -r --name-only {self.name}` lists them")
        return self.folder / path

    def file_or_ignored(self, path: Path) -> Path:
        """Given a path relative to the root, return where the file is or would be.

        Raise `CannotRunError` where the revision has none, and git does not ignore it.
        """
        ignored = self._is_ignored(self.folder / path)
        return self.folder / path if ignored else self.file(path)

    def borrow(self, file: Path) -> bool:
        """Given where a file would be, link it there from the checkout if git ignores it; return whether it is so."""
        ignored = not file.exists() and file.is_relative_to(self.folder) and self._is_ignored(file)
        if ignored:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.symlink_to(self._in_checkout(file))
        return ignored

    def _in_checkout(self, file: Path) -> Path:
        return self.root / file.relative_to(self.folder)

    def _is_ignored(self, file: Path) -> bool:
        here = self._in_checkout(file)
        if file.exists() or not here.is_file():
            return False
        asked = ["git", "check-ignore", "--quiet", str(here)]
        return subprocess.run(asked, cwd=self.root, capture_output=True, check=False).returncode == 0

    def inside(self, path: Path) -> Path:
        """Given a path in the checkout, return it relative to the root. Raise `CannotRunError` if it is elsewhere."""
        try:
            return path.resolve().relative_to(self.root)
        except ValueError:
            raise CannotRunError(
                f"{path} is not in the git repository {self.root}, so {self.name} does not have it"
            ) from None


def open_revision(name: str, folder: Path) -> Revision:
    """Given a revision of the repository that this is run in and an empty folder, write its files there.

    Raise `CannotRunError` where there is no repository, or no such revision.
    """
    root = Path(_git("rev-parse", "--show-toplevel", trouble=f"{name} is no file, and here is no git repository"))
    commit = _git(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}",
        trouble=f"{name} is neither a file nor a git revision of {root}",
    )  # fmt: skip
    index = {"GIT_INDEX_FILE": str(folder / ".git-index"), "GIT_LFS_SKIP_SMUDGE": "1"}
    trouble = f"git cannot write out {name}"
    _git("read-tree", commit, trouble=trouble, cwd=root, **index)
    _git("checkout-index", "--all", f"--prefix={folder}/", trouble=trouble, cwd=root, **index)
    Path(index["GIT_INDEX_FILE"]).unlink()
    return Revision(name, commit, folder, root.resolve())


def _git(*words: str, trouble: str, cwd: Path | None = None, **environment: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=cwd,
            env={**os.environ, **environment},
        )  # fmt: skip
    except FileNotFoundError:
        raise CannotRunError(
            f"{trouble.partition(' ')[0]} needs git: install it (Debian: apt-get install git)"
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CannotRunError(f"{trouble}{f' ({said[-1]})' if said else ''}: name a file, REVISION or REVISION:FILE")
    return done.stdout.strip()
