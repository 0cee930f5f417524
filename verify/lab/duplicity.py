"""duplicity's client: its commands, as they are spelt by the release that is driven."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from packaging.version import Version

from verify.errors import CannotRunError
from verify.lab.host import Host
from verify.lab.results import BackupResult, ListResult, Result, StatusResult, VerifyResult
from verify.secret import Secret

AnyResult = TypeVar("AnyResult", bound=Result)

# A dead store should be noticed in seconds; the defaults are 30 s between 5 tries.
IMPATIENT = ("--backend-retry-delay=1", "--num-retries=2")
PATH_TO_RESTORE_SINCE = Version("2.0")  # its changelog: --file-to-restore was renamed
POSITIONAL = {"full": 2, "incremental": 2, "restore": 2, "verify": 2, "remove-older-than": 2}  # others take a URL
_VERSION = re.compile(r"duplicity\s+(\d[\w.]*)")

# Asks duplicity's own interpreter, because only there are its backends and what they import.
_SCHEMES = """
import duplicity.log as log
log.setup()
import duplicity.backend as backend
backend.import_backends()
print("\\n".join(getattr(backend, "_backends")))
"""


@dataclass(frozen=True)
class Duplicity:
    """A release of duplicity on a host, with the options and the environment that it always gets.

    A command that ends with another exit code than 0 does not raise: its result says so.
    """

    host: Host
    command: tuple[str, ...]
    release: Version
    env: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    options: tuple[str, ...] = ()

    def full(self, source: str, url: str, *, at: int | None = None) -> BackupResult:
        """Take a full backup. `at` is the time that duplicity takes for now, in seconds since the epoch."""
        return self._run(BackupResult, "full", *_now(at), source, url)

    def incremental(self, source: str, url: str, *, at: int | None = None) -> BackupResult:
        """Take an incremental backup, as `full` does."""
        return self._run(BackupResult, "incremental", *_now(at), source, url)

    def restore(self, url: str, target: str, *, path: bytes | None = None, at: int | None = None) -> Result:
        """Restore a point, or one path of it, to a target that does not exist yet."""
        flag = "--path-to-restore" if self.release >= PATH_TO_RESTORE_SINCE else "--file-to-restore"
        only = () if path is None else (flag, os.fsdecode(path))
        return self._run(Result, "restore", *only, *_then(at), url, target)

    def verify(self, url: str, source: str, *, compare_data: bool = False, at: int | None = None) -> VerifyResult:
        """Let duplicity compare a point with a folder; without `compare_data` it does not read contents."""
        data = ("--compare-data",) if compare_data else ()
        return self._run(VerifyResult, "verify", *data, *_then(at), url, source)

    def list_current_files(self, url: str, *, at: int | None = None) -> ListResult:
        """List what a point holds."""
        return self._run(ListResult, "list-current-files", *_then(at), url)

    def collection_status(self, url: str) -> StatusResult:
        """Ask for the chains and sets at a destination."""
        return self._run(StatusResult, "collection-status", url)

    def cleanup(self, url: str, *, force: bool = False) -> Result:
        """Remove what belongs to no complete set; without `force` only say so."""
        return self._run(Result, "cleanup", *_forced(force), url)

    def remove_older_than(self, url: str, time: str, *, force: bool = False) -> Result:
        """Remove the chains that end before a time; without `force` only say so."""
        return self._run(Result, "remove-older-than", *_forced(force), time, url)

    def _run(self, kind: type[AnyResult], verb: str, *arguments: str) -> AnyResult:
        # Verb first, positional arguments last: the one order that all releases parse.
        cut = len(arguments) - POSITIONAL.get(verb, 1)
        argv = (verb, *arguments[:cut], *self.options, *IMPATIENT, *arguments[cut:])
        done = self.host.run([*self.command, *argv], env=self.env)
        return kind.of(argv, done, (value for value in self.env.values() if isinstance(value, Secret)))


def _now(at: int | None) -> tuple[str, ...]:
    return () if at is None else (f"--current-time={at}",)


def _then(at: int | None) -> tuple[str, ...]:
    return () if at is None else (f"--time={at}",)


def _forced(force: bool) -> tuple[str, ...]:
    return ("--force",) if force else ()


def version_of(host: Host, command: tuple[str, ...]) -> Version:
    """Given a command, return the release that it says it is. Raise `CannotRunError` if it says none."""
    try:
        done = host.run([*command, "--version"])
        found = _VERSION.search((done.stdout + done.stderr).decode(errors="replace"))
        what = f"exit code {done.returncode}"
    except OSError as error:
        found, what = None, str(error.strerror)
    if not found:
        raise CannotRunError(
            f"{' '.join(command)} --version names no release of duplicity ({what}): give a command that runs duplicity"
        )
    return Version(found[1].rstrip("."))


def schemes_of(host: Host, command: tuple[str, ...]) -> frozenset[str] | None:
    """Given a command, return the URL schemes that its duplicity registers.

    None where that cannot be asked, because the command is no Python script.
    """
    interpreter = _interpreter(host, command)
    if interpreter is None:
        return None
    done = host.run([interpreter, "-W", "ignore", "-c", _SCHEMES])
    return frozenset(done.stdout.decode().split()) if done.returncode == 0 else None


def _interpreter(host: Host, command: tuple[str, ...]) -> str | None:
    if len(command) > 1:
        return command[0]
    where = host.run(["/bin/sh", "-c", 'command -v "$0"', command[0]]).stdout.decode().strip()
    if not where:
        return None
    first = host.get(where).split(b"\n", 1)[0].decode(errors="replace")
    words = first.removeprefix("#!").split()
    if not first.startswith("#!") or "python" not in words[-1]:
        return None
    return words[-1]


def gpg_version(host: Host) -> str | None:
    """Return the version of gpg on a host, None where there is none."""
    try:
        done = host.run(["gpg", "--version"])
    except OSError:
        return None
    found = re.search(r"\d+\.\d+[\w.]*", done.stdout.decode(errors="replace"))
    return found[0] if done.returncode == 0 and found else None
