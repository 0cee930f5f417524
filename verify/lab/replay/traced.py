"""A lab that notes what a test does with it, so that it can be told without us."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from verify.lab.client.results import ListResult, VerifyResult
from verify.lab.lab import AnyResult, AnyReturn, Chain, Lab, Point, Restored, Taking
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


class Traced(Lab):
    """A lab that is used as ever, by one history alone. `steps` is what was done."""

    def __init__(self, lab: Lab) -> None:
        self.__dict__.update({field.name: getattr(lab, field.name) for field in fields(Lab)})
        self.steps: list[Step] = []
        self.chains: list[Chain] = []
        self.inventories: list[Inventory] = []
        self._numbers: dict[int, int] = {}  # of points by their inventories: a point may get another time

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain as `Lab.new_chain` does."""
        chain = super().new_chain(encrypted=encrypted, selection=selection, archive=archive)
        self.chains.append(chain)
        return chain

    def fill_source(self, tree: Tree, before: Tree | None = None) -> list[tuple[bytes, str, str]]:
        """Make the source hold a tree, as `Lab.fill_source` does."""
        self.steps.append(Filled(tree))
        return super().fill_source(tree, before)

    def try_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Take a point, as `Lab.try_point` does."""
        point = super().try_point(chain, how)
        self._numbers[id(point.inventory)] = len(self.inventories)
        self._last.point = len(self.inventories)
        self.inventories.append(point.inventory)
        return point

    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point, as `Lab.restore` does."""
        restored = super().restore(point, path, new_machine=new_machine, passphrase=passphrase)
        called = self._last
        called.point, called.path, called.elsewhere = self._numbers.get(id(point.inventory)), path, new_machine
        return TracedRestored(**vars(restored), lab=self, called=called)

    def listing(self, point: Point) -> ListResult:
        """List a point, as `Lab.listing` does."""
        listed = super().listing(point)
        self._last.point = self._numbers.get(id(point.inventory))
        return listed

    def verify(self, point: Point) -> VerifyResult:
        """Verify a point, as `Lab.verify` does."""
        said = super().verify(point)
        self._last.point = self._numbers.get(id(point.inventory))
        return said

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
        """Do as `Lab.once`; that an archive directory was lost is noted by what is missing afterwards."""
        before = bool(chain.archive) and self.host.exists(chain.archive)
        done = super().once(work, chain, *arguments)
        if before and not self.host.exists(chain.archive):
            self.steps.append(Lost())
        return done

    def ran(self, result: AnyResult) -> AnyResult:
        """Note a command that ended."""
        self.steps.append(Called(result.argv, result.exit_code))
        return super().ran(result)

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
