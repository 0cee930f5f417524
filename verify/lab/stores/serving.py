"""A server that makes a kind of destination: what it is, what it is told, and that it runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from verify.lab.hosts.host import Host
from verify.lab.stores.servers import Command, Keys
from verify.lab.stores.store import Store


@dataclass(frozen=True)
class Serving:
    """What a server is told: where it runs, what it serves, and who may enter.

    `folder` is its own, `root` what it serves, both on `host`; it listens on `listen` and `port`. duplicity reaches it
    from `client` at `address`. `installed` is what was installed for it: a Python that has what it imports, or the
    folder of npm's packages.
    """

    host: Host
    client: Host
    installed: str
    folder: str
    root: str
    listen: str
    address: str
    port: int
    keys: Keys  # user, password


class Running(Protocol):
    """A server that was started."""

    def running(self) -> bool:
        """Return whether it still runs."""

    def close(self) -> None:
        """End it, and remove its files."""


@dataclass(frozen=True, kw_only=True)
class KindServer(ABC):
    """A server that makes a kind of destination.

    `programs` are what it runs, by the Debian package that has each; `package` is one of Python's, `npm_package` one
    of npm's. `says` prints its version, where no package tells it. `prepare` writes its files, and returns how to start
    it; None where duplicity needs no server.
    """

    in_containers: ClassVar[bool]  # whether it can be served in a container, too

    name: str
    programs: Mapping[str, str] = field(default_factory=dict)
    package: str = ""  # as in name==version
    npm_package: str = ""  # as in name@version
    says: tuple[str, ...] = ()
    prepare: Callable[[Serving], Command] | None

    @abstractmethod
    def store(self, kind: str, version: str, serving: Serving, process: Running | None) -> Store:
        """Return the store that the running server is; `process` is None where there is none."""
