"""Folders as destinations: on duplicity's host by `file://`, or of a server that serves a folder."""

from collections.abc import Callable
from dataclasses import dataclass, field

from verify.lab.hosts.host import Host
from verify.lab.stores.destination import Destination, StoredObject
from verify.lab.stores.store import Store


@dataclass(frozen=True, kw_only=True)
class Folder(Destination):
    """A folder on a host, however duplicity reaches it. It makes the folder, or a copy does."""

    host: Host = field(repr=False)
    path: str
    another: Callable[[], "Folder"] = field(repr=False)  # gives one more of the same kind

    def objects(self) -> list[StoredObject]:
        """Return the files there; none where duplicity has not made the folder."""
        if not self.host.exists(self.path):
            return []
        return [
            StoredObject(name.decode(), size, modified / 1e9) for name, size, modified in self.host.sizes(self.path)
        ]

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return self.host.get(f"{self.path}/{name}")

    def put(self, name: str, data: bytes) -> None:
        """Write a file, or overwrite it."""
        self.host.mkdir(self.path)
        self.host.put(f"{self.path}/{name}", data)

    def remove(self, name: str) -> None:
        """Remove a file."""
        self.host.remove(f"{self.path}/{name}")

    def empty(self) -> None:
        """Remove the folder."""
        self.host.remove(self.path)

    def copied(self) -> "Folder":
        """Copy the files to a new folder, and return that."""
        copy = self.another()
        self.host.remove(copy.path)
        if self.host.run(["cp", "-a", self.path, copy.path]).returncode:
            raise FileNotFoundError(f"{self.path} could not be copied")
        return copy


class FolderStore(Store):
    """Folders in a host's scratch, reached by `file://`."""

    how_real = "folder"

    def __init__(self, host: Host) -> None:
        super().__init__("file", "a folder", "of duplicity's host")
        self._host = host
        self._root = f"{host.scratch}/destinations"

    def destination(self, name: str) -> Folder:
        """Return the folder of that name."""
        return self._at(f"{self._root}/{name}")

    def new_destination(self) -> Folder:
        """Return a folder that nothing else uses, whoever else makes some in the host's scratch."""
        return self._at(self._host.scratch_path("destination"))

    def _at(self, path: str) -> Folder:
        return Folder(url=f"file://{path}", host=self._host, path=path, another=self.new_destination)

    def everything(self) -> list[str]:
        """Return a line for each path below the folder of named destinations."""
        return lines_below(self._host, self._root)

    def alive(self) -> bool:
        """Return True: a folder does not die."""
        return True

    def close(self) -> None:
        """Leave the folders to the host, whose scratch they are in."""


def lines_below(host: Host, root: str) -> list[str]:
    """Return a line for each path below a folder, with its size and times; none where there is no folder."""
    found = host.run(["find", root, "-printf", "%p %y %s %T@ %C@\\n"])
    return sorted(found.stdout.decode(errors="surrogateescape").splitlines())
