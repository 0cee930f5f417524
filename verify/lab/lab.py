"""A running lab: a host and a store, and duplicity to drive between them.

Tests talk to `Lab` and never ask which runtime made it.
"""

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from packaging.version import Version

from verify.errors import CannotRunError, StoppedError
from verify.job import Job
from verify.lab.client.chain import FIRST_POINT, Chain, Point, Restored, Taking
from verify.lab.client.duplicity import Duplicity, schemes_of
from verify.lab.client.probes import GPG_MISSING
from verify.lab.client.results import BackupResult, ListResult, Result, VerifyResult
from verify.lab.client.variants import PLAIN, KeyPair, Variant, new_key
from verify.lab.hosts.host import Host
from verify.lab.hosts.transfer import must_hold_something
from verify.lab.settings import LabSettings
from verify.lab.stores.faulty_network import OpenNetwork
from verify.lab.stores.store import Store
from verify.secret import Secret
from verify.trees import History, Inventory, Limitation, Tree, compare, limitations_of, plan

if TYPE_CHECKING:
    from verify.lab.packs.lanes import Lanes

__all__ = ["FIRST_POINT", "AnyResult", "AnyReturn", "Chain", "Lab", "MoreHosts", "Point", "Restored", "Taking"]

AnyResult = TypeVar("AnyResult", bound=Result)
AnyReturn = TypeVar("AnyReturn")
# Given a name for their scratch, gives one more of each host, of the lab's own kind.
MoreHosts = Callable[[str], AbstractContextManager[tuple[Host, Host]]]

# What duplicity and the stores say of a full disk, also where some of it is left.
FULL = re.compile(
    r"no space left on device|disk quota exceeded|XMinioStorageFull|minimum free drive|temp space has .* available",
    re.IGNORECASE,
)


@dataclass(eq=False, repr=False)
class Lab:
    """Where a suite runs: duplicity on a host, a store it backs up to, and the job that is verified."""

    runtime: str
    why: str
    host: Host  # where duplicity runs
    source_host: Host  # where the source can be written; in containers, another one
    store: Store
    job: Job  # as its files say
    sandboxed: Job  # the same job with its paths as they are in this lab
    command: tuple[str, ...]
    release: Version
    settings: LabSettings
    versions: Mapping[str, str]
    more_hosts: MoreHosts
    lanes: "Lanes | None" = None  # for tests whose histories are packed
    notes: tuple[str, ...] = ()
    open_network: OpenNetwork | None = None  # a way to the store that can be made faulty; None without toxiproxy
    statistics: Counter[str] = field(default_factory=Counter)
    variant: Variant = PLAIN
    keys: list[KeyPair] = field(default_factory=list)  # at most one
    archives: list[str] = field(default_factory=list)  # archive directories of chains that have their own
    stop: threading.Event = field(default_factory=threading.Event)  # set where nobody waits for results any more

    def __repr__(self) -> str:
        return f"<a lab, {self.runtime}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the lab in Hypothesis's examples, which would show every field otherwise, the job's options too."""
        printer.text(repr(self))

    @property
    def source(self) -> str:
        """The folder that the job backs up, as a path on the host."""
        return self.sandboxed.source

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this lab; JSON-ready, without secrets."""
        return {
            "runtime": {"name": self.runtime, "why": self.why},
            "versions": dict(self.versions),
            "job": self.job.as_json(),
            "notes": list(self.notes),
        }

    def told(self) -> list[str]:
        """Return what the last test had to say besides: in a lab nothing."""
        return []

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain without points, at a destination that nothing else uses.

        The job's own options apply, its include and exclude rules only with `selection`; and where it is
        not to be `encrypted` for the test's sake, the lab's variant. With `archive` it has an archive directory
        of its own, which the caller removes.
        """
        destination = self.store.new_prefix()
        environment = {**self.sandboxed.duplicity_env, **destination.env}
        options = (*self.sandboxed.other_options, *destination.options, *self._options_of_variant())
        if self.variant.encryption == "key" and not encrypted:
            environment["GNUPGHOME"] = self.key.home
            options = (*options, f"--encrypt-key={self.key.fingerprint}")
        encrypted = encrypted or bool(self.variant.encryption)
        if encrypted:
            environment["PASSPHRASE"] = self.passphrase
        if selection:
            options = (*self.sandboxed.selection_options, *options)
        if not encrypted:
            environment.pop("PASSPHRASE", None)
            options = (*options, "--no-encryption")
        own = self.host.scratch_path("archive") if archive else ""
        if own:
            self.archives.append(own)
            options = (*options, f"--archive-dir={own}")
        client = Duplicity(self.host, self.command, self.release, env=environment, options=options)
        return Chain(destination, client, self.source, encrypted, archive=own)

    def _options_of_variant(self) -> tuple[str, ...]:
        return (f"--volsize={self.variant.volsize}",) if self.variant.volsize else ()

    @property
    def key(self) -> KeyPair:
        """A key pair to encrypt to, of this lab's own; made when it is first asked for."""
        if not self.keys:
            self.keys.append(new_key(self.host, self.passphrase))
        return self.keys[0]

    @property
    def unencrypted(self) -> str:
        """Why the job's backups are not encrypted in this lab; empty where they are."""
        if not self.job.encrypted:
            return "the job asks for --no-encryption"
        return "" if "gpg" in self.versions else GPG_MISSING

    @property
    def passphrase(self) -> Secret:
        """The job's passphrase. Raise `CannotRunError` where nothing can be encrypted here."""
        if "gpg" not in self.versions:
            raise CannotRunError(GPG_MISSING)
        return self.job.passphrase or Secret("a passphrase of the lab's own")

    def back_up(self, history: History, *, encrypted: bool = False) -> Chain:
        """Given a history, take a full backup of its first tree and an incremental after each edit."""
        chain = self.new_chain(encrypted=encrypted)
        before: Tree | None = None
        for tree in history.trees:
            self.fill_source(tree, before)
            self.take_point(chain)
            before = tree
        return chain

    def back_up_folder(self, folder: Path, *, encrypted: bool) -> tuple[Point, frozenset[bytes]]:
        """Back up a real folder, which is only read; return the point, and the paths that changed meanwhile.

        A host that is not this machine gets a copy of it as its source. Raise `CannotRunError` if it
        cannot be read, or is empty.
        """
        must_hold_something(folder)
        chain = self.new_chain(encrypted=encrypted)
        if self.runtime == "embedded":
            chain.source = str(folder)
        else:
            self.source_host.remove(self.source)
            self.source_host.stream_in(folder, self.source)
        point = self.take_point(chain)
        after = self.source_host.observe(chain.source)
        return point, frozenset(difference.path for difference in compare(point.inventory, after))

    def fill_source(self, tree: Tree, before: Tree | None = None) -> list[tuple[bytes, str, str]]:
        """Make the source hold a tree, by the edits from the one before it where there is one.

        Return what the host refused, as (path, what, error name).
        """
        return self.fill(plan(tree, before))

    def fill(self, steps: bytes) -> list[tuple[bytes, str, str]]:
        """Do what `trees.plan` made of trees to the source; return what was refused, as `fill_source` does."""
        with self._timed("materialise"):
            return self.source_host.carry_out(self.source, steps)

    def observe_source(self) -> Inventory:
        """Return what lies in the source."""
        with self._timed("observe"):
            return self.source_host.observe(self.source)

    def take_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Back the source up as the chain's next point: first a full, then incrementals, or as it is said."""
        point = self.try_point(chain, how)
        point.result.must_succeed()
        chain.points.append(point)
        self.statistics["points"] += 1
        return point

    def try_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Do as `take_point`, whether duplicity accepts it or not; the point becomes none of the chain's."""
        with self._timed("observe"):
            inventory = self.source_host.observe(chain.source)
        how = how or Taking(chain.next_time, full=not chain.points)
        return Point(chain, len(chain.points), how.at, inventory, self.backed_up(chain, how))

    def backed_up(self, chain: Chain, how: Taking) -> BackupResult:
        """Back up the source as it is said, and return how that ended."""
        usual = chain.duplicity
        client = replace(usual, command=(*how.behind, *usual.command), options=(*usual.options, *how.options))
        take = client.full if how.full else client.incremental
        return self.ran(take(chain.source, chain.destination.url, at=how.at))

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
        """Do work that has one answer for all that lies in the source; it is given the lab, a chain, and the rest."""
        return work(self, chain, *arguments)

    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point, whole or one path of it, into scratch; observe it, and remove it again.

        With `new_machine`, duplicity starts from an empty archive directory, on a host of another name where
        that can be had, as after a disaster; with `passphrase`, it is given that one. The restore's exit code
        is not judged here.
        """
        client = point.chain.duplicity
        if passphrase is not None:
            client = replace(client, env={**client.env, "PASSPHRASE": passphrase})
        archive, target = self.host.scratch_path("archive"), self.host.scratch_path("restored")
        if new_machine:
            options = (*client.options, f"--archive-dir={archive}")
            client = replace(client, options=options, command=(*self.host.elsewhere, *client.command))
        try:
            result = self.ran(client.restore(point.chain.destination.url, target, path=path or None, at=point.time))
            with self._timed("observe"):
                inventory = self.host.observe(target) if self.host.exists(target) else Inventory.empty()
        finally:
            self.host.remove(target)
            self.host.remove(archive)
        self.statistics["restores"] += 1
        return Restored(point, path, result, inventory, self.release)

    def listing(self, point: Point) -> ListResult:
        """Return what duplicity lists of a point. Raise `FindingsError` if it cannot."""
        result = point.chain.duplicity.list_current_files(point.chain.destination.url, at=point.time)
        return self.ran(result).must_succeed()

    def verify(self, point: Point) -> VerifyResult:
        """Return how duplicity compares a point with the source as it is now; a difference is exit code 1."""
        chain = point.chain
        return self.ran(chain.duplicity.verify(chain.destination.url, chain.source, compare_data=True, at=point.time))

    def on_new_machine(self, chain: Chain) -> Chain:
        """Given a chain, return it as a machine has it that never saw it: its points, without duplicity's archive."""
        fresh = f"--archive-dir={self.host.scratch_path('archive')}"
        client = replace(chain.duplicity, options=(*chain.duplicity.options, fresh))
        return replace(chain, duplicity=client)

    def stored_bytes(self, chain: Chain) -> int:
        """Return how many bytes lie at a chain's destination."""
        return sum(stored.size for stored in self.store.objects(chain.destination))

    def forget_archives(self) -> None:
        """Remove the archive directories of chains that have their own; nobody needs these any more."""
        while self.archives:
            self.host.remove(self.archives.pop())

    @contextlib.contextmanager
    def lane(self, name: str) -> Iterator["Lab"]:
        """Give the same lab once more, with hosts and a source of its own, so that both can be used at once."""
        with self.more_hosts(name) as (host, source_host):
            own = replace(self.sandboxed, source=f"{source_host.scratch}/source")
            source_host.mkdir(own.source)
            fresh: dict[str, Any] = {"statistics": Counter(), "stop": threading.Event(), "keys": [], "archives": []}
            yield replace(self, host=host, source_host=source_host, sandboxed=own, **fresh)

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.statistics[f"{what}_milliseconds"] += round((time.perf_counter() - begun) * 1000)

    @cached_property
    def limitations(self) -> tuple[Limitation, ...]:
        """What this lab's duplicity by design does not keep."""
        return limitations_of(self.release)

    @cached_property
    def schemes(self) -> frozenset[str] | None:
        """The URL schemes that duplicity knows; None where it cannot be asked."""
        return schemes_of(self.host, self.command)

    def ran(self, result: AnyResult) -> AnyResult:
        """Given a command's result, count it and return it.

        Raise `CannotRunError` where it failed because of the lab: a dead store, a full disk.
        """
        if self.stop.is_set():
            raise StoppedError
        self.statistics["duplicity_commands"] += 1
        self.statistics["duplicity_milliseconds"] += round(result.seconds * 1000)
        self.statistics["duplicity_cpu_milliseconds"] += round(result.cpu_seconds * 1000)
        if not result.ok:
            self.must_not_be_at_fault(result.log)
        return result

    def must_not_be_at_fault(self, said: str) -> None:
        """Given what a failed command said, raise `CannotRunError` where it failed because of the lab.

        Nobody may take a dead store or a full disk for a finding.
        """
        self.store.must_be_alive()
        full = [line.strip() for line in said.splitlines() if FULL.search(line)]
        if full:
            raise self.host.no_space(full[-1])
        self.host.must_have_space(self.host.scratch, self.source)
