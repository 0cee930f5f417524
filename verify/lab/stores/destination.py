"""A destination of the lab's own: where one chain goes, and how what lies there is seen and changed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from verify.secret import Secret


@dataclass(frozen=True)
class StoredObject:
    """An object of a destination; `size` in bytes, `modified` in seconds since the epoch."""

    name: str
    size: int
    modified: float = field(default=0.0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Destination(ABC):
    """A place for one chain. `url`, `options` and `env` are what duplicity needs to reach it."""

    url: str
    options: tuple[str, ...] = ()
    env: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)

    @abstractmethod
    def objects(self) -> list[StoredObject]:
        """Return the objects there, in the order of their names."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return an object's bytes."""

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Write an object, or overwrite it."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove an object."""

    @abstractmethod
    def copied(self) -> Self:
        """Copy the objects to a new destination of the same kind, and return that."""

    @property
    def stored_bytes(self) -> int:
        """How many bytes lie there."""
        return sum(stored.size for stored in self.objects())

    def empty(self) -> None:
        """Remove all objects."""
        for stored in self.objects():
            self.remove(stored.name)
