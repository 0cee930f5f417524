"""A folder behind a protocol: a server on a host, and the destinations that duplicity reaches through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from verify.lab.hosts.host import Host
from verify.lab.stores.folder import Folder, lines_below
from verify.lab.stores.servers import Command, Keys
from verify.lab.stores.store import Store
from verify.secret import Secret


@dataclass(frozen=True)
class Serving:
    """What a server is told: where it runs, what it serves, and who may enter.

    `folder` is its own, `root` what it serves, both on `host`; it listens on `listen` and `port`. duplicity reaches it
    from `client` at `address`. `python` is an interpreter that has what a server in Python imports.
    """

    host: Host
    client: Host
    python: str
    folder: str
    root: str
    listen: str
    address: str
    port: int
    keys: Keys  # user, password


@dataclass(frozen=True)
class Reached:
    """How duplicity reaches a destination: `url` is given the name of one."""

    url: Callable[[str], str]
    options: tuple[str, ...] = ()
    env: Mapping[str, str | Secret] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FolderServer:
    """A server that makes a folder a kind of destination.

    `programs` are what it runs, by the Debian package that has each; `package` is one of Python's. `says` prints its
    version. `prepare` writes its files, and returns how to start it; None where duplicity reads the folder itself.
    """

    name: str
    programs: Mapping[str, str] = field(default_factory=dict)
    package: str = ""  # with its version
    says: tuple[str, ...] = ()
    prepare: Callable[[Serving], Command] | None
    reach: Callable[[Serving], Reached]
    makes_folders: bool = True  # whether duplicity's backend makes a folder that is missing


class Running(Protocol):
    """A server that was started."""

    def running(self) -> bool:
        """Return whether it still runs."""

    def close(self) -> None:
        """End it, and remove its files."""


class ServedFolders(Store):
    """The destinations of a server that is running; `process` is None where duplicity reads the folder itself."""

    def __init__(
        self, kind: str, version: str, server: FolderServer, serving: Serving, process: Running | None
    ) -> None:
        super().__init__(kind, server.name, version)
        self.port = serving.port if process else 0
        self.keys = serving.keys
        self._server, self._serving, self._process = server, serving, process
        self._reached = server.reach(serving)

    def destination(self, name: str) -> Folder:
        """Return the folder of that name, which is not made."""
        reached = self._reached
        return Folder(
            url=reached.url(name), options=reached.options, env=reached.env,
            host=self._serving.host, path=f"{self._serving.root}/{name}", another=self.new_destination,
        )  # fmt: skip

    def new_destination(self) -> Folder:
        """Return a folder that nothing else uses; it is there where duplicity's backend cannot make it."""
        made = self.destination(self.new_name())
        if not self._server.makes_folders:
            self._serving.host.mkdir(made.path)
        return made

    def everything(self) -> list[str]:
        """Return a line for each path below what is served."""
        return lines_below(self._serving.host, self._serving.root)

    def alive(self) -> bool:
        """Return whether the server runs."""
        return self._process is None or self._process.running()

    def close(self) -> None:
        """End the server; its files go with its host's scratch."""
        if self._process:
            self._process.close()
