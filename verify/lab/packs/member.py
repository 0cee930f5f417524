"""The lab as one history of a pack sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from verify.errors import CannotRunError
from verify.lab.client.results import ListResult, VerifyResult
from verify.lab.history_lab import AnyReturn, HistoryLab, RefusedSteps
from verify.lab.lab import Chain, Lab, Point, Restored, Taking
from verify.lab.packs.side_by_side import Request, ask
from verify.secret import Secret
from verify.trees import Inventory, Tree


class SharesChains(Protocol):
    """A pack: it knows the chains that its members share."""

    def chain(self, number: int, *, encrypted: bool, selection: bool) -> Chain:
        """Return the chain that is each member's `number`-th."""


@dataclass(eq=False)
class MemberChain(Chain):
    """A chain of a pack, with the points that one history took of it."""

    shared: Chain | None = None


@dataclass(frozen=True, eq=False)
class MemberPoint(Point):
    """A point of a pack's chain, with what one history had in the source then."""

    shared: Point | None = None


@dataclass(frozen=True)
class MemberListing(ListResult):
    """What a listing shows of one history."""

    own: Sequence[bytes] = ()

    @property
    def paths(self) -> list[bytes]:
        """The paths as listed, in duplicity's order, the root as `b""`."""
        return list(self.own)


@dataclass(frozen=True)
class MemberVerified(VerifyResult):
    """What duplicity's own comparison says of one history: how many paths it named."""

    own: int = 0

    @property
    def differences(self) -> int:
        """How many differences duplicity found in the history."""
        return self.own


class Member(HistoryLab):
    """One history's view of a lab that a pack shares: its source is one folder among those of the others.

    A command that it asks for runs once for all members of the pack. A test that needs more than that is marked
    `alone`.
    """

    def __init__(self, lab: Lab, pack: SharesChains, name: str) -> None:
        self.site = lab.site
        self._pack = pack
        self._name = name
        self._chains = 0

    def __getattr__(self, name: str) -> NoReturn:
        """Say what to do about a test that asks for what only a whole lab has, such as its host."""
        if name.startswith("_") or not (name in Lab.__dataclass_fields__ or hasattr(Lab, name)):
            raise AttributeError(name)
        raise CannotRunError(
            f"a test whose histories are packed cannot use lab.{name}: "
            'mark it @pytest.mark.alone(reason="…"), and each of its examples has a cycle of its own'
        )

    @property
    def source(self) -> str:
        """The folder of this history."""
        return f"{self.site.sandboxed.source}/{self._name}"

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain without points: the pack's own, made for the first member that asks.

        It always has an archive directory of its own.
        """
        del archive
        shared = self._pack.chain(self._chains, encrypted=encrypted, selection=selection)
        self._chains += 1
        return MemberChain(
            shared.destination, shared.duplicity, self.source, shared.encrypted, archive=shared.archive, shared=shared
        )

    def fill_source(self, tree: Tree, before: Tree | None = None) -> RefusedSteps:
        """Make the history's folder hold a tree."""
        refused: RefusedSteps = ask(Request("fill", own=(tree, before)))
        return refused

    def observe_source(self) -> Inventory:
        """Return what lies in the history's folder."""
        inventory: Inventory = ask(Request("observe"))
        return inventory

    def take_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Back up the pack's source, with this history's folder in it."""
        point: Point = ask(Request("take", (_shared(chain), how), own=chain))
        chain.points.append(point)
        return point

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: object) -> AnyReturn:
        """Do work for the pack whose answer is the same for each of its histories."""
        done: AnyReturn = ask(Request("once", (work, _shared(chain), arguments)))
        return done

    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point of the pack, and return what came back of this history; one path costs its own command."""
        shared = (_shared(point), new_machine, passphrase, path and (self._name, path))
        restored: Restored = ask(Request("restore", shared, own=(point, path)))
        return restored

    def listing(self, point: Point) -> ListResult:
        """Return what duplicity lists of this history."""
        listing: ListResult = ask(Request("listing", (_shared(point),)))
        return listing

    def verify(self, point: Point) -> VerifyResult:
        """Return how duplicity compares a point with the history's folder as it is now."""
        verified: VerifyResult = ask(Request("verify", (_shared(point),)))
        return verified


def _shared(one: Chain | Point) -> Chain | Point:
    shared = getattr(one, "shared", None)
    if shared is None:
        raise CannotRunError("a test whose histories are packed takes its own points: mark it @pytest.mark.alone")
    return shared  # type: ignore[no-any-return]  # both have it
