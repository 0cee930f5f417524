"""duplicity's client: its commands, run on a host, with typed results."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from packaging.version import Version

from verify.lab.client.command_lines import (
    IMPATIENT,
    PATH_TO_RESTORE_SINCE,
    can_be_named,
    command_line,
    forced,
    one_path,
    then,
)
from verify.lab.client.probes import gpg_version, schemes_of, version_of
from verify.lab.client.results import BackupResult, ListResult, Result, StatusResult, VerifyResult
from verify.lab.hosts.host import Host
from verify.secret import Secret

__all__ = ["PATH_TO_RESTORE_SINCE", "Duplicity", "gpg_version", "schemes_of", "version_of"]

AnyResult = TypeVar("AnyResult", bound=Result)


@dataclass(frozen=True)
class Duplicity:
    """A release of duplicity on a host, with the options and the environment that it always gets.

    A command that ends with another exit code than 0 does not raise: its result says so. One that
    runs longer than `timeout` seconds is killed with its group.
    """

    host: Host
    command: tuple[str, ...]
    release: Version
    env: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    options: tuple[str, ...] = ()
    patience: tuple[str, ...] = IMPATIENT
    hidden: tuple[Secret, ...] = field(default=(), repr=False)  # secrets besides those of `env`
    timeout: float | None = None  # seconds after which a command is killed, and its result says so

    def full(self, source: str, url: str, *, at: int | None = None) -> BackupResult:
        """Take a full backup. `at` is the time that duplicity takes for now, in seconds since the epoch."""
        return self._run(BackupResult, "full", (), (source, url), at=at)

    def incremental(self, source: str, url: str, *, at: int | None = None) -> BackupResult:
        """Take an incremental backup, as `full` does."""
        return self._run(BackupResult, "incremental", (), (source, url), at=at)

    def restore(self, url: str, target: str, *, path: bytes | None = None, at: int | None = None) -> Result:
        """Restore a point, or one path of it, to a target that does not exist yet."""
        return self._run(Result, "restore", (*one_path(self.release, path), *then(at)), (url, target))

    def can_name(self, path: bytes) -> bool:
        """Return whether a path inside a backup can be restored alone: see `can_be_named`."""
        return can_be_named(path, {*self.host.base_environment, *self.env})

    def verify(self, url: str, source: str, *, compare_data: bool = False, at: int | None = None) -> VerifyResult:
        """Let duplicity compare a point with a folder; without `compare_data` it does not read contents."""
        data = ("--compare-data",) if compare_data else ()
        return self._run(VerifyResult, "verify", (*data, *then(at)), (url, source))

    def list_current_files(self, url: str, *, at: int | None = None) -> ListResult:
        """List what a point holds."""
        return self._run(ListResult, "list-current-files", then(at), (url,))

    def collection_status(self, url: str) -> StatusResult:
        """Ask for the chains and sets at a destination."""
        with self.host.scratch_for("status") as log:
            result = self._run(StatusResult, "collection-status", (f"--log-file={log}",), (url,))
            with contextlib.suppress(FileNotFoundError):  # where it ended before it opened it
                return result.with_records(self.host.get(log))
            return result

    def cleanup(self, url: str, *, force: bool = False) -> Result:
        """Remove what belongs to no complete set; without `force` only say so."""
        return self.removing("cleanup", url, force=force)

    def removing(self, verb: str, url: str, *words: str, force: bool = True) -> Result:
        """Let a verb that removes sets do so: `cleanup`, or one of retention; without `force` only say so."""
        return self._run(Result, verb, forced(force), (*words, url))

    def remove_older_than(self, url: str, time: str, *, force: bool = False) -> Result:
        """Remove the chains that end before a time; without `force` only say so."""
        return self.removing("remove-older-than", url, time, force=force)

    def remove_all_but_n_full(self, url: str, kept: int, *, force: bool = False) -> Result:
        """Remove all chains but the newest `kept`; without `force` only say so."""
        return self.removing("remove-all-but-n-full", url, str(kept), force=force)

    def _run(
        self,
        kind: type[AnyResult],
        verb: str,
        own: Sequence[str],
        positional: Sequence[str],
        *,
        at: int | None = None,
    ) -> AnyResult:
        argv = command_line(self.release, verb, own, self.options, positional, at=at, patience=self.patience)
        done = self.host.run([*self.command, *argv], env=self.env, timeout=self.timeout)
        return kind.of(argv, done, (*(each for each in self.env.values() if isinstance(each, Secret)), *self.hidden))
