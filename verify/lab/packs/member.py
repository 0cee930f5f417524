"""The lab as one history of a pack sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from verify.errors import CannotRunError
from verify.lab.client.results import ListResult, VerifyResult
from verify.lab.lab import AnyReturn, Chain, Lab, Point, Restored, Taking
from verify.lab.packs.side_by_side import Request, ask
from verify.secret import Secret
from verify.trees import Inventory, Tree

NOT_SHARED = ("host", "source_host", "store")  # what a command of one history's own would go through


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


class Member(Lab):
    """A lab whose source is one folder among the others of a pack; what it is asked for, all are asked for.

    A test's body that does more than that belongs to a test that is marked `alone`.
    """

    def __init__(self, lab: Lab, pack: Any, name: str) -> None:
        self.__dict__.update({field.name: getattr(lab, field.name) for field in fields(Lab)})
        self.__dict__.update({field: _Alone(field) for field in NOT_SHARED})
        self._pack = pack
        self._name = name
        self._chains = 0

    @property
    def source(self) -> str:
        """The folder of this history."""
        return f"{super().source}/{self._name}"

    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain without points: the pack's, the first for who asks first. It has its own archive anyway."""
        del archive
        shared = self._pack.chain(self._chains, encrypted=encrypted, selection=selection)
        self._chains += 1
        return MemberChain(
            shared.destination, shared.duplicity, self.source, shared.encrypted, archive=shared.archive, shared=shared
        )

    def fill_source(self, tree: Tree, before: Tree | None = None) -> list[tuple[bytes, str, str]]:
        """Make the history's folder hold a tree, as `Lab.fill_source` does."""
        refused: list[tuple[bytes, str, str]] = ask(Request("fill", own=(tree, before)))
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

    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
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


class _Alone:
    """What stands where a pack has nothing that would be one history's own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CannotRunError(
            f"a test whose histories are packed cannot use lab.{self._name}.{name}: "
            'mark it @pytest.mark.alone(reason="…"), and each of its examples has a cycle of its own'
        )


def _shared(one: Chain | Point) -> Chain | Point:
    shared = getattr(one, "shared", None)
    if shared is None:
        raise CannotRunError("a test whose histories are packed takes its own points: mark it @pytest.mark.alone")
    return shared  # type: ignore[no-any-return]  # both have it
