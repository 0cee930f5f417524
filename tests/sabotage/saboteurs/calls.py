"""A command of the lab's on its way to the real duplicity, and what a saboteur notes of it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

BACKUPS = ("full", "incremental")
REMOVALS = ("remove-all-but-n-full", "remove-older-than", "cleanup")
VERBS = (*BACKUPS, "restore", "verify", "list-current-files", "collection-status", *REMOVALS)
ONE_PATH = ("--path-to-restore", "--file-to-restore")


@dataclass
class Call:
    """The real duplicity and the words that it was called with.

    `notes` is where hits are noted, a line each; `state` a folder that outlives the command.
    """

    real: Sequence[str]
    words: list[str]
    notes: Path
    state: Path
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def verb(self) -> str:
        """The command's verb. An image's script may write options before it, or none for an incremental."""
        found = [word for word in self.words if word in VERBS]
        implied = "incremental" if len(self.words) > 1 and "://" in self.words[-1] else ""
        return found[0] if found else implied

    @property
    def source(self) -> Path | None:
        """The folder that is backed up."""
        return Path(self.words[-2]) if self.verb in BACKUPS else None

    @property
    def target(self) -> Path | None:
        """Where something is restored to."""
        return Path(self.words[-1]) if self.verb == "restore" else None

    @property
    def whole(self) -> bool:
        """Whether all of a tree is restored, not one path of it."""
        return self.verb == "restore" and not any(word.startswith(ONE_PATH) for word in self.words)

    @property
    def encrypted(self) -> bool:
        """Whether the backup is."""
        return "--no-encryption" not in self.words

    @property
    def url(self) -> str:
        """The destination's URL."""
        return next((word for word in reversed(self.words) if "://" in word), "")

    def option(self, start: str) -> str:
        """Given how an option begins, with its sign, return the last value; empty where there is none."""
        return next((word[len(start) :] for word in reversed(self.words) if word.startswith(start)), "")

    def kept(self, name: str) -> Path:
        """Given a name, return a path in the state that belongs to this command's destination."""
        from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and most saboteurs keep nothing

        return self.state / f"{sha256(self.url.encode()).hexdigest()[:12]}-{name}"

    def once(self) -> bool:
        """Return whether nobody asked this before, of this destination."""
        try:
            self.kept("once").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def run(self, words: Sequence[str] | None = None, **how: Any) -> int:
        """Run the real duplicity, with other words where there are some; return its exit code as a shell would."""
        with subprocess.Popen([*self.real, *(self.words if words is None else words)], **how) as self.child:
            code = self.child.wait()
        return code if code >= 0 else 128 - code

    def said(self, words: Sequence[str] | None = None) -> tuple[int, bytes]:
        """Run the real duplicity; return its exit code and what it wrote to standard output."""
        argv = [*self.real, *(self.words if words is None else words)]
        done = subprocess.run(argv, check=False, stdout=subprocess.PIPE)
        return done.returncode, done.stdout

    def hit(self, path: str | bytes = b"") -> None:
        """Note that the saboteur struck, and the path below the tree that it struck, if it was one."""
        self.note("hit", path)

    def note(self, word: str, path: str | bytes) -> None:
        """Note a word and a path, or what else there is to say."""
        with self.notes.open("a") as notes:
            notes.write(f"{word} {quote_from_bytes(os.fsencode(path))}\n")
