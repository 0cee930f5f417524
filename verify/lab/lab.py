"""A running lab: duplicity on a host, and a store that it backs up to.

Tests use `Lab` and need not know its runtime.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from verify.errors import StoppedError
from verify.job import Job
from verify.job.options import FORCING, parsed, words_of
from verify.lab.client.chain import FIRST_POINT, Chain, Point, Restored, Taking
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.results import BackupResult, ListResult, Result, VerifyResult
from verify.lab.client.variants import PLAIN, KeyPair, Variant, new_key
from verify.lab.history_lab import AnyReturn, HistoryLab, RefusedSteps
from verify.lab.hosts.host import Host
from verify.lab.hosts.transfer import must_hold_something
from verify.lab.site import Site
from verify.lab.stores.destination import Destination
from verify.lab.stores.folder import FolderStore
from verify.lab.stores.s3 import S3Store
from verify.secret import Secret
from verify.trees import Inventory, Tree, compare, plan

__all__ = ["FIRST_POINT", "AnyResult", "Chain", "Lab", "Point", "Restored", "Taking"]

AnyResult = TypeVar("AnyResult", bound=Result)
COMMAND_ENDS_WITHIN = 900.0  # seconds, far more than it takes with what we draw: some damage makes a restore hang


@dataclass(eq=False, repr=False)
class Lab(HistoryLab):
    """Where a suite runs: duplicity on a host, and a store it backs up to. `site` is what it is made of."""

    site: Site
    variant: Variant = PLAIN
    statistics: Counter[str] = field(default_factory=Counter)
    keys: list[KeyPair] = field(default_factory=list)  # at most one
    archives: list[str] = field(default_factory=list)  # archive directories of chains that have their own
    stop: threading.Event = field(default_factory=threading.Event)  # set when results are no longer needed
    on_command: Callable[[Result], None] | None = None  # called with the result of each command

    @property
    def host(self) -> Host:
        """Where duplicity runs."""
        return self.site.host

    @property
    def source_host(self) -> Host:
        """Where the source can be written; in containers, another host than duplicity's."""
        return self.site.source_host

    @property
    def store(self) -> S3Store:
        """The S3 store that duplicity backs up to where nothing else is said."""
        return self.site.store

    @property
    def sandboxed(self) -> Job:
        """The job with its paths as they are in this lab."""
        return self.site.sandboxed

    @property
    def source(self) -> str:
        """The folder that the job backs up, as a path on the host."""
        return self.sandboxed.source

    @property
    def unencrypted(self) -> str:
        """Why the job's backups are not encrypted in this lab; empty where they are."""
        return self.site.unencrypted

    @property
    def passphrase(self) -> Secret:
        """The job's passphrase. Raise `CannotRunError` where nothing can be encrypted here."""
        return self.site.passphrase

    @property
    def facts(self) -> dict[str, Any]:
        """What the head of a report says of this lab; JSON-ready, without secrets."""
        return self.site.facts

    def told(self) -> list[str]:
        """Return what else the report should say of the last test: in a lab nothing."""
        return []

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain without points, as `HistoryLab` says; the caller removes an archive directory of its own.

        Which backups are full ones is the test's to say, so options that make them so are left out.
        """
        destination = self.new_destination()
        environment = {**self.sandboxed.duplicity_env, **destination.env}
        own = words_of(each for each in parsed(self.sandboxed.other_options) if each.name not in FORCING)
        options = (*own, *destination.options, *self._options_of_variant())
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
        kept = self.host.scratch_path("archive") if archive else ""
        if kept:
            self.archives.append(kept)
            options = (*options, f"--archive-dir={kept}")
        client = Duplicity(
            self.host, self.site.command, self.release, env=environment, options=options, timeout=COMMAND_ENDS_WITHIN
        )  # fmt: skip
        return Chain(destination, client, self.source, encrypted, archive=kept)

    def new_destination(self) -> Destination:
        """Return a destination that nothing else uses, where the variant says."""
        if self.variant.place == "folder":
            return FolderStore(self.host).new_destination()
        return (self.site.own if self.variant.place == "own" else self.store).new_destination()

    def _options_of_variant(self) -> tuple[str, ...]:
        return (f"--volsize={self.variant.volsize}",) if self.variant.volsize else ()

    @property
    def key(self) -> KeyPair:
        """A key pair to encrypt to, of this lab's own; made when it is first asked for."""
        if not self.keys:
            self.keys.append(new_key(self.host, self.passphrase))
        return self.keys[0]

    def back_up_folder(self, folder: Path, *, encrypted: bool) -> tuple[Point, frozenset[bytes]]:
        """Back up a real folder, which is only read; return the point, and the paths that changed meanwhile.

        A host that is not this machine gets a copy of it as its source. Raise `CannotRunError` if it
        cannot be read, or is empty.
        """
        must_hold_something(folder)
        chain = self.new_chain(encrypted=encrypted)
        chain.duplicity = replace(chain.duplicity, timeout=None)  # nobody knows how large it is
        if self.runtime == "embedded":
            chain.source = str(folder.resolve())  # duplicity does not follow a source that is a link
        else:
            self.source_host.remove(self.source)
            self.source_host.stream_in(folder, self.source)
        point = self.take_point(chain)
        after = self.source_host.observe(chain.source)
        return point, frozenset(difference.path for difference in compare(point.inventory, after))

    def fill_source(self, tree: Tree, before: Tree | None = None) -> RefusedSteps:
        """Make the source hold a tree; return what the host refused."""
        return self.fill(plan(tree, before))

    def fill(self, steps: bytes) -> RefusedSteps:
        """Carry out in the source what `trees.plan` returned; return what the host refused."""
        with self._timed("materialise"):
            return self.source_host.carry_out(self.source, steps)

    def observe_source(self) -> Inventory:
        """Return what lies in the source."""
        with self._timed("observe"):
            return self.source_host.observe(self.source)

    def take_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Back up the source as the chain's next point. Raise `FindingsError` if duplicity does not accept it."""
        return self.accepted(self.try_point(chain, how))

    def try_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Back up the source whether duplicity accepts it or not; the point is not added to the chain."""
        with self._timed("observe"):
            inventory = self.source_host.observe(chain.source)
        how = how or Taking(chain.next_time, full=not chain.points)
        return Point(chain, len(chain.points), how.at, inventory, self.backed_up(chain, how))

    def accepted(self, point: Point) -> Point:
        """Add a point that was tried to its chain. Raise `FindingsError` if duplicity did not accept it."""
        point.result.must_succeed()
        point.chain.points.append(point)
        self.statistics["points"] += 1
        return point

    def backed_up(self, chain: Chain, how: Taking) -> BackupResult:
        """Back up the source as `how` says, and return how that ended."""
        usual = chain.duplicity
        client = replace(usual, command=(*how.behind, *usual.command), options=(*usual.options, *how.options))
        take = client.full if how.full else client.incremental
        return self.ran(take(chain.source, chain.destination.url, at=how.at))

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
        """Do work whose answer is the same for all that lies in the source."""
        return work(self, chain, *arguments)

    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point, or one path of it, into scratch; observe it, and remove it again."""
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
        """Return a chain as a new machine sees it: the same points, and an empty archive directory."""
        fresh = f"--archive-dir={self.host.scratch_path('archive')}"
        client = replace(chain.duplicity, options=(*chain.duplicity.options, fresh))
        return replace(chain, duplicity=client)

    def forget_archives(self) -> None:
        """Remove the archive directories of chains that have their own."""
        while self.archives:
            self.host.remove(self.archives.pop())

    @contextlib.contextmanager
    def lane(self, name: str) -> Iterator["Lab"]:
        """Give a second lab with the same store, and hosts and a source of its own, so that both can work at once."""
        with self.site.lane(name) as site:
            yield Lab(site, self.variant)

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.statistics[f"{what}_milliseconds"] += round((time.perf_counter() - begun) * 1000)

    def ran(self, result: AnyResult) -> AnyResult:
        """Given a command's result, count it and return it.

        Raise `CannotRunError` where it failed because of the lab: a dead store, a full disk.
        """
        if self.stop.is_set():
            raise StoppedError
        if self.on_command:
            self.on_command(result)
        self.statistics["duplicity_commands"] += 1
        self.statistics["duplicity_milliseconds"] += round(result.seconds * 1000)
        self.statistics["duplicity_cpu_milliseconds"] += round(result.cpu_seconds * 1000)
        if not result.ok:
            self.site.must_not_be_at_fault(result.log)
        return result
