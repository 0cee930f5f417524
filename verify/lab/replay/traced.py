"""A lab that notes what a test does with it, so that a script can repeat it without this program."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from verify.lab.client.results import ListResult, Result, VerifyResult
from verify.lab.history_lab import AnyReturn, HistoryLab, RefusedSteps
from verify.lab.lab import Chain, Lab, Point, Restored, Taking
from verify.secret import Secret
from verify.trees import Inventory, Tree


@dataclass
class Filled:
    """The source was made to hold a tree."""

    tree: Tree


@dataclass
class Called:
    """duplicity was called. `words` is its command line; the rest says what is expected of it."""

    words: tuple[str, ...]
    exit_code: int  # that it ended with
    point: int | None = None  # which one was taken, or restored, counted over all chains
    path: bytes = b""  # that was restored alone
    expected: int | None = None  # the point whose tree the restore has to give; None where it is only tried
    refused: bool = False  # it has to be refused
    elsewhere: bool = False  # from an empty archive directory


@dataclass
class Lost:
    """The archive directory was removed."""


Step = Filled | Called | Lost


class Traced(HistoryLab):
    """A lab that one history has to itself. `steps` is what was done, in order."""

    def __init__(self, lab: Lab) -> None:
        self.site = lab.site
        self.steps: list[Step] = []
        self.chains: list[Chain] = []
        self.inventories: list[Inventory] = []
        self._lab = replace(lab, on_command=self._note_command)
        self._numbers: dict[int, int] = {}  # of points by their inventories: a point may get another time

    @property
    def source(self) -> str:
        """The folder that is backed up, as a path on the host."""
        return self._lab.source

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a new chain of the lab's, and note it."""
        chain = self._lab.new_chain(encrypted=encrypted, selection=selection, archive=archive)
        self.chains.append(chain)
        return chain

    def fill_source(self, tree: Tree, before: Tree | None = None) -> RefusedSteps:
        """Make the source hold a tree, and note that."""
        self.steps.append(Filled(tree))
        return self._lab.fill_source(tree, before)

    def observe_source(self) -> Inventory:
        """Return what lies in the source."""
        return self._lab.observe_source()

    def take_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Take a point, and note its number, also where duplicity does not accept it."""
        point = self._lab.try_point(chain, how)
        self._numbers[id(point.inventory)] = len(self.inventories)
        self._last.point = len(self.inventories)
        self.inventories.append(point.inventory)
        return self._lab.accepted(point)

    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point, and note which and how."""
        restored = self._lab.restore(point, path, new_machine=new_machine, passphrase=passphrase)
        called = self._last
        called.point, called.path, called.elsewhere = self._numbers.get(id(point.inventory)), path, new_machine
        return TracedRestored(**vars(restored), lab=self, called=called)

    def listing(self, point: Point) -> ListResult:
        """List a point, and note which."""
        listed = self._lab.listing(point)
        self._last.point = self._numbers.get(id(point.inventory))
        return listed

    def verify(self, point: Point) -> VerifyResult:
        """Verify a point, and note which."""
        said = self._lab.verify(point)
        self._last.point = self._numbers.get(id(point.inventory))
        return said

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
        """Do work in the lab. Note an archive directory that is gone afterwards."""
        before = bool(chain.archive) and self.site.host.exists(chain.archive)
        done = self._lab.once(work, chain, *arguments)
        if before and not self.site.host.exists(chain.archive):
            self.steps.append(Lost())
        return done

    def _note_command(self, result: Result) -> None:
        self.steps.append(Called(result.argv, result.exit_code))

    def number_of(self, inventory: Inventory) -> int | None:
        """Given what is expected of a restore, return which point's it is."""
        return self._numbers.get(id(inventory))

    @property
    def _last(self) -> Called:
        called = self.steps[-1]
        assert isinstance(called, Called)  # noqa: S101 - for the type checker
        return called


@dataclass(frozen=True)
class TracedRestored(Restored):
    """A restore that notes what is expected of it."""

    lab: Traced
    called: Called

    def must_equal(self, expected: Inventory, *, check: str = "") -> None:
        """Compare, as `Restored.must_equal` does."""
        whole = self.lab.number_of(expected)
        self.called.expected = self.called.point if whole is None and self.path else whole
        super().must_equal(expected, check=check)

    def must_be_refused(self, check: str) -> None:
        """Compare, as `Restored.must_be_refused` does."""
        self.called.refused = True
        super().must_be_refused(check)
