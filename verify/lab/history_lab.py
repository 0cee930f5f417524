"""What the test of one history may ask of a lab, whether it has the lab to itself or shares it in a pack."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from packaging.version import Version

from verify.job import Job
from verify.lab.client.chain import Chain, Point, Restored, Taking
from verify.lab.client.results import ListResult, VerifyResult
from verify.lab.site import Site
from verify.secret import Secret
from verify.trees import History, Inventory, Limitation, Tree

AnyReturn = TypeVar("AnyReturn")
RefusedSteps = Sequence[tuple[bytes, str, str]]  # what a host did not let us make: path, what, error name


class HistoryLab(ABC):
    """A lab for one history: a source to fill, chains to back it up to, and the commands that read them.

    `Lab` runs each command for its caller alone. The member of a pack runs it for all members at once, and the
    traced lab notes it besides. A test that asks for more than this needs a `Lab`, so it cannot be packed.
    """

    site: Site

    def __repr__(self) -> str:
        return f"<a lab, {self.runtime}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the lab in Hypothesis's examples, which would show every field otherwise, the job's options too."""
        printer.text(repr(self))

    @property
    def runtime(self) -> str:
        """The lab's runtime: docker or embedded."""
        return self.site.runtime

    @property
    def job(self) -> Job:
        """The job that is verified, as its files say."""
        return self.site.job

    @property
    def release(self) -> Version:
        """The release of the lab's duplicity."""
        return self.site.release

    @property
    def limitations(self) -> tuple[Limitation, ...]:
        """What this lab's duplicity by design does not keep."""
        return self.site.limitations

    @property
    @abstractmethod
    def source(self) -> str:
        """The folder that is backed up, as a path on the host."""

    @abstractmethod
    def new_chain(self, *, encrypted: bool = False, selection: bool = False, archive: bool = False) -> Chain:
        """Return a chain without points, at a destination that nothing else uses.

        The job's own options apply, its include and exclude rules only with `selection`. If the test does not ask
        for `encrypted`, the lab's variant says whether it is. With `archive` it has an archive directory of its own.
        """

    @abstractmethod
    def fill_source(self, tree: Tree, before: Tree | None = None) -> RefusedSteps:
        """Make the source hold a tree, by the edits from the one before it where there is one.

        Return what the host refused.
        """

    @abstractmethod
    def observe_source(self) -> Inventory:
        """Return what lies in the source."""

    @abstractmethod
    def take_point(self, chain: Chain, how: Taking | None = None) -> Point:
        """Back up the source as the chain's next point: first a full, then incrementals, or as `how` says.

        Raise `FindingsError` if duplicity does not accept it.
        """

    @abstractmethod
    def once(self, work: Callable[..., AnyReturn], chain: Chain, *arguments: Any) -> AnyReturn:
        """Do work whose answer is the same for all that lies in the source; it gets a lab, the chain, and the rest."""

    @abstractmethod
    def restore(
        self, point: Point, path: bytes = b"", *, new_machine: bool = False, passphrase: Secret | None = None
    ) -> Restored:
        """Restore a point, or one path of it, into scratch; observe it, and remove it again.

        With `new_machine`, duplicity starts from an empty archive directory, and where possible under another host
        name, as after a disaster; with `passphrase`, it is given that one. The exit code is not judged here.
        """

    @abstractmethod
    def listing(self, point: Point) -> ListResult:
        """Return what duplicity lists of a point. Raise `FindingsError` if it cannot."""

    @abstractmethod
    def verify(self, point: Point) -> VerifyResult:
        """Return how duplicity compares a point with the source as it is now; a difference is exit code 1."""

    def back_up(self, history: History, *, encrypted: bool = False) -> Chain:
        """Given a history, take a full backup of its first tree and an incremental after each edit."""
        chain = self.new_chain(encrypted=encrypted)
        before: Tree | None = None
        for tree in history.trees:
            self.fill_source(tree, before)
            self.take_point(chain)
            before = tree
        return chain
