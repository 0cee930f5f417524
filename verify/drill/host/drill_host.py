"""The host of a drill: where duplicity runs, and where it restores to."""

import dataclasses
import functools
import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from packaging.version import Version

from verify.checks import Finding
from verify.destinations.own_backend import Looking
from verify.drill.host.command import NAME, drill_environment, drill_options, patience_of
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.addresses import wrong_addresses
from verify.job.destination.multi import MultiStore, secrets_of
from verify.job.destination.schemes import dead_schemes, no_way_there, scheme_of
from verify.job.destination.schemes import schemes_of as schemes_of_job
from verify.lab.client.command_lines import IMPATIENT
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.probes import interpreter_of, must_have_needs, schemes_of
from verify.lab.hosts.host import Completed, Host
from verify.secret import Secret

METADATA = 3600.0  # seconds that duplicity has for a status or a listing, signatures downloaded included
GPG_HOME = "gpg"
LOCK = "lockfile"  # of duplicity, in its archive
NO_PASSPHRASE = Secret("")


@dataclass(frozen=True)
class DrillHost:
    """A host with duplicity on it. `archive` is a folder of the drill's own; `scratch` is where restores go.

    One host, reached by gateways, each of which does one thing at a time: `main` runs commands, `observer` looks at
    files while a command runs, and `aside` runs a second command beside it. `beside` opens another gateway, which the
    host closes; the two are opened when they are first used, for each costs 0.16 s of CPU.
    """

    main: Host
    beside: Callable[[], Host] = field(repr=False)
    command: tuple[str, ...]
    release: Version
    archive: str
    scratch: str
    environment: Mapping[str, str | Secret] = field(repr=False)
    fetched_to: Path | None  # on this machine, for what is restored on another host; None where the host is this one
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    stores: Sequence[MultiStore] = field(default=(), repr=False)  # behind a `multi:` destination

    @functools.cached_property
    def observer(self) -> Host:
        """The gateway that looks at files while a command runs."""
        return self.beside()

    @functools.cached_property
    def aside(self) -> Host:
        """The gateway that runs a second command beside the first."""
        return self.beside()

    @functools.cached_property
    def schemes(self) -> frozenset[str] | None:
        """The URL schemes that duplicity knows; None where it cannot be asked."""
        return schemes_of(self.main, self.command)

    def no_way_to(self, job: Job) -> list[Finding]:
        """Given a job, return why duplicity would not even begin to look for its destination.

        Raise `CannotRunError` where that is because a package is not here: some backends are unknown without theirs.
        """
        if self.schemes is None:
            return [*dead_schemes(job, self.release), *wrong_addresses(job, self.release)]
        found = no_way_there(job, self.schemes, self.release)
        if found and not dead_schemes(job, self.release):
            self.must_have_needs(job)
        return found

    def must_have_needs(self, job: Job) -> None:
        """Given a job, raise `CannotRunError` where something is not here that its destination's backends need."""
        for scheme in schemes_of_job(job, self.stores):
            must_have_needs(self.main, interpreter_of(self.main, self.command), scheme)

    def duplicity(self, job: Job, timeout: float = METADATA) -> Duplicity:
        """Given a job, return the client that runs its commands here, each for at most `timeout` seconds."""
        return Duplicity(
            self.main, self.command, self.release, env=self.environment,
            options=drill_options(job, self.archive, posixpath.join(self.scratch, "tmp")),
            patience=patience_of(job), timeout=timeout, hidden=(*job.secrets, *secrets_of(self.stores)),
        )  # fmt: skip

    def duplicity_aside(self, job: Job) -> Duplicity:
        """Given a job, return a client that can list while another command of duplicity's runs.

        duplicity locks its archive, so this client has an archive of its own: hard links to what the other one holds
        by now.
        """
        own = aside_of(self.archive)
        self.aside.remove(own)
        if self.aside.exists(self.archive):
            self.aside.run(["cp", "-al", self.archive, own])
            self.aside.remove(posixpath.join(own, NAME, LOCK))
        options = drill_options(job, own, posixpath.join(self.scratch, "tmp"))
        return dataclasses.replace(self.duplicity(job), host=self.aside, options=options)

    def looking(self, job: Job, variables: Mapping[str, str | Secret] | None = None) -> Looking | None:
        """Given a job, and variables of its own, return what looks at its destination by duplicity's own backend.

        None where duplicity is no Python script. It raises `CannotRunError` where the backend lacks what it needs.
        """
        python = interpreter_of(self.main, self.command)
        if python is None:
            return None
        must_have_needs_once = functools.cache(lambda: must_have_needs(self.main, python, scheme_of(job.destination)))
        program = posixpath.join(self.scratch, "looking.py")
        options = drill_options(job, posixpath.join(self.scratch, "looking"), posixpath.join(self.scratch, "tmp"))
        arguments = [*options, *(IMPATIENT if patience_of(job) else ()), job.destination]
        environment = {**self.environment, **(variables or {})}

        def look(request: Mapping[str, Any], seconds: float) -> Completed:
            must_have_needs_once()
            if not self.main.exists(program):
                self.main.put(program, (files("verify.onsite") / "looking.py").read_bytes())
            asked = json.dumps({"arguments": arguments, **request}).encode("utf-8", "surrogateescape")
            return self.main.run([python, "-W", "ignore", program], env=environment, timeout=seconds, stdin=asked)

        return look

    def fetched(self, target: str) -> Path:
        """Given a restored path, return it on this machine."""
        if self.fetched_to is None:
            return Path(target)
        here = self.fetched_to / posixpath.relpath(target, self.scratch)
        if not here.exists():
            here.parent.mkdir(parents=True, exist_ok=True)
            self.main.stream_out(target, here)
        return here

    def new_target(self, name: str) -> str:
        """Given a name, return its path in scratch, to restore to. Raise `CannotRunError` where something is there."""
        path = posixpath.join(self.scratch, name)
        if self.main.exists(path):
            raise CannotRunError(f"{path}, where a restore should go, is taken: remove it, and run again")
        return path


def environment_of(job: Job, scratch: str, home: str | None) -> Mapping[str, str | Secret]:
    """Given a job and the drill's scratch folder, return the variables of duplicity's commands.

    The passphrase of a job without one is empty, not unset: duplicity would ask the terminal for it.
    """
    own = drill_environment(job, posixpath.join(scratch, "tmp"), posixpath.join(scratch, GPG_HOME), home)
    return {"PASSPHRASE": NO_PASSPHRASE, **own}


def aside_of(archive: str) -> str:
    """Given where duplicity's archive is, return where the archive for a second command lies."""
    return f"{archive}-aside"


def prepare(host: Host, scratch: str, archive: str) -> None:
    """Make the drill's own folders on a host; no other user may enter them."""
    for path in (archive, scratch, posixpath.join(scratch, "tmp"), posixpath.join(scratch, GPG_HOME)):
        host.mkdir(path, 0o700)
