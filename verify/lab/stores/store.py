"""A store of the lab's own: a server, or a folder, that gives each chain a destination of its own."""

from abc import ABC, abstractmethod
from itertools import count

from verify.errors import CannotRunError
from verify.lab.stores.destination import Destination


class Store(ABC):
    """Where a lab backs up to. `name` and `version` are the server's, `kind` is the kind of destination it is.

    `how_real` says what it is beside what people back up to.
    """

    how_real = "server"

    def __init__(self, kind: str, name: str, version: str) -> None:
        self.kind = kind
        self.name = name
        self.version = version
        self._numbers = count(1)

    @abstractmethod
    def destination(self, name: str) -> Destination:
        """Return the destination of that name. Nothing is made on the server."""

    def new_destination(self) -> Destination:
        """Return a destination that nothing else uses."""
        return self.destination(self.new_name())

    def new_name(self) -> str:
        """Return a name that no destination has."""
        return f"chain-{next(self._numbers)}"

    @abstractmethod
    def everything(self) -> list[str]:
        """Return a line for all that lies on the server, folders and buckets as well, in a fixed order."""

    @abstractmethod
    def alive(self) -> bool:
        """Return whether the server answers."""

    def must_be_alive(self) -> None:
        """Raise `CannotRunError` unless the server answers: without it, no result says anything about a backup."""
        if not self.alive():
            raise CannotRunError(
                f"the lab's store ({self.name}) died during the run: "
                "look at the machine's memory and disk, then run again"
            )

    @abstractmethod
    def close(self) -> None:
        """End the server; nothing of it is left."""
