"""Folders of duplicity's host as destinations: what depends on no destination is quicker there."""

from dataclasses import dataclass, field

from verify.lab.hosts.host import Host
from verify.lab.stores.destination import Destination, StoredObject


@dataclass(frozen=True, kw_only=True)
class Folder(Destination):
    """A folder on a host that duplicity reaches by `file://`. It makes the folder, or a copy does."""

    host: Host = field(repr=False)
    path: str

    @classmethod
    def on(cls, host: Host) -> "Folder":
        """Return a folder that nothing else uses."""
        path = host.scratch_path("destination")
        return cls(url=f"file://{path}", host=host, path=path)

    def objects(self) -> list[StoredObject]:
        """Return the files there; none where duplicity has not made the folder."""
        if not self.host.exists(self.path):
            return []
        return [StoredObject(name.decode(), size) for name, size, _ in self.host.sizes(self.path)]

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
        copy = Folder.on(self.host)
        if self.host.run(["cp", "-a", self.path, copy.path]).returncode:
            raise FileNotFoundError(f"{self.path} could not be copied")
        return copy
