"""What a lab is made of: hosts, a store, a duplicity and a job. It stays the same as long as the lab is open."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import Job
from verify.lab.client.duplicity import schemes_of
from verify.lab.client.gpg_settings import stretch_little
from verify.lab.client.probes import GPG_MISSING
from verify.lab.hosts.host import Host
from verify.lab.settings import LabSettings
from verify.lab.stores.faulty_network import OpenNetwork
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.store import Store
from verify.secret import Secret
from verify.trees import Limitation, limitations_of

# Given a name for their scratch, gives one more of each host, of the lab's own kind.
MoreHosts = Callable[[str], AbstractContextManager[tuple[Host, Host]]]

# What duplicity and the stores print about a full disk, also when a little space is left.
FULL = re.compile(
    r"no space left on device|disk quota exceeded|XMinioStorageFull|minimum free drive|temp space has .* available",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Site:
    """What a lab is made of: its runtime, hosts, store and duplicity, and the job that is verified."""

    runtime: str
    why: str
    host: Host  # where duplicity runs
    source_host: Host  # where the source can be written; in containers, another one
    store: S3Store
    own: Store  # of the kind of the job's destination, where it can be had; else the same
    job: Job  # as its files say
    tried: Job  # the same; of several destinations, as the one has it that is tried here
    sandboxed: Job  # the tried job with its paths as they are in this lab
    command: tuple[str, ...]
    release: Version
    settings: LabSettings
    versions: Mapping[str, str]
    more_hosts: MoreHosts
    notes: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()  # what of the job's options and rules is left out here, and why
    stands_in: str = ""  # why `own` is not of the kind of the job's destination; empty where it is
    open_network: OpenNetwork | None = None  # a way to the store that can be made faulty; None without toxiproxy
    others: Mapping[str, "Site"] = field(default_factory=dict)  # the same for destinations that have other options

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this lab; JSON-ready, without secrets."""
        return {
            "runtime": {"name": self.runtime, "why": self.why},
            "versions": dict(self.versions),
            "job": self.job.as_json(),
            "notes": list(self.notes),
        }

    @property
    def gpg_missing(self) -> str:
        """Why nothing can be encrypted here; empty where gpg is there."""
        return "" if "gpg" in self.versions else GPG_MISSING

    @property
    def unencrypted(self) -> str:
        """Why the job's backups are not encrypted in this lab; empty if they are."""
        return self.gpg_missing if self.tried.encrypted else "the job asks for --no-encryption"

    @property
    def passphrase(self) -> Secret:
        """The job's passphrase. Raise `CannotRunError` where nothing can be encrypted here."""
        if self.gpg_missing:
            raise CannotRunError(self.gpg_missing)
        return self.tried.passphrase or Secret("a passphrase of the lab's own")

    @cached_property
    def limitations(self) -> tuple[Limitation, ...]:
        """What this lab's duplicity by design does not keep."""
        return limitations_of(self.release)

    @cached_property
    def schemes(self) -> frozenset[str] | None:
        """The URL schemes that duplicity knows; None where it cannot be asked."""
        return schemes_of(self.host, self.command)

    def must_not_be_at_fault(self, said: str) -> None:
        """Given what a failed command said, raise `CannotRunError` where it failed because of the lab.

        A dead store or a full disk must not be reported as a finding.
        """
        self.store.must_be_alive()
        self.own.must_be_alive()
        full = [line.strip() for line in said.splitlines() if FULL.search(line)]
        if full:
            raise self.host.no_space(full[-1])
        self.host.must_have_space(self.host.scratch, self.sandboxed.source)

    @contextlib.contextmanager
    def lane(self, name: str) -> Iterator["Site"]:
        """Give the same site once more, with hosts and a source of its own, so that both can be used at once."""
        with self.more_hosts(name) as (host, source_host):
            own = replace(self.sandboxed, source=f"{source_host.scratch}/source")
            source_host.mkdir(own.source)
            stretch_little(host)
            yield replace(self, host=host, source_host=source_host, sandboxed=own)
