"""A folder behind a protocol: a server on a host, and the destinations that duplicity reaches through it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from verify.lab.stores.folder import Folder, lines_below
from verify.lab.stores.serving import KindServer, Running, Serving
from verify.lab.stores.store import Store
from verify.secret import Secret


@dataclass(frozen=True)
class Reached:
    """How duplicity reaches a destination: `url` is given the name of one."""

    url: Callable[[str], str]
    options: tuple[str, ...] = ()
    env: Mapping[str, str | Secret] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FolderServer(KindServer):
    """A server that makes a folder a kind of destination, or what duplicity reads one by."""

    in_containers = True
    reach: Callable[[Serving], Reached]
    makes_folders: bool = True  # whether duplicity's backend makes a folder that is missing

    def store(self, kind: str, version: str, serving: Serving, process: Running | None) -> "ServedFolders":
        """Return the store of its folders."""
        return ServedFolders(kind, version, self, serving, process)


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
