"""What an observer saw of a tree on disk."""

import heapq
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from verify.onsite.tree_files import content_bytes, digest_of, pack, unpack
from verify.trees.model import Kind, Node, Tree, path_key
from verify.trees.steps import FORMATS

Block = tuple[int, bytes]  # (number of records, the records compressed)

KIND_OF: dict[int, Kind] = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFSOCK: "socket",
}


class Seen(NamedTuple):
    """One record: what was seen at one path. The fields are those of `onsite.observe`."""

    path: bytes
    st_mode: int
    uid: int
    gid: int
    mtime_ns: int
    size: int  # bytes; of files only
    digest: bytes  # of files only; empty where the file could not be read
    target: bytes  # of symlinks only
    rdev: int  # of devices only
    xattrs: tuple[tuple[bytes, bytes], ...]
    inode: tuple[int, int] | None  # (device, number) where the file may have other names
    problem: str  # the name of the error that kept it from being read, e.g. "EACCES"

    @property
    def kind(self) -> Kind:
        """What kind of thing it is."""
        return KIND_OF[stat.S_IFMT(self.st_mode)]

    @property
    def mode(self) -> int:
        """The permission bits, with setuid, setgid and sticky."""
        return stat.S_IMODE(self.st_mode)


def record_key(record: tuple[Any, ...]) -> bytes:
    """Return what records are sorted by."""
    return path_key(record[0])


class Inventory:
    """Records in path order, held as compressed blocks.

    `root` is where they were seen. `runs` are lists of blocks, each list in path order.
    """

    def __init__(self, root: bytes | str, runs: Iterable[Sequence[Block]]) -> None:
        self.root = os.fsencode(root)
        self._runs = tuple(tuple(run) for run in runs)

    @classmethod
    def empty(cls) -> "Inventory":
        """Return the inventory of nothing, not even a root."""
        return cls(b"", ())

    @classmethod
    def of(cls, tree: Tree, root: bytes | str = b"/") -> "Inventory":
        """Given a tree, return what an observer would see of it where everything is permitted."""
        sharing = Counter(node.link for node in tree.values())
        return cls.from_records((_seen(path, node, sharing) for path, node in tree.items()), root)

    @classmethod
    def from_records(cls, records: Iterable[tuple[Any, ...]], root: bytes | str = b"/") -> "Inventory":
        """Given records in path order, return an inventory of them."""
        return cls(root, [list(pack(tuple(record) for record in records))])

    def records(self) -> Iterator[tuple[Any, ...]]:
        """Yield the records as plain tuples: `Seen` without its names, for who goes through a million."""
        runs = [(record for block in run for record in unpack(block)) for run in self._runs]
        return heapq.merge(*runs, key=record_key) if len(runs) != 1 else runs[0]

    def __iter__(self) -> Iterator[Seen]:
        return map(Seen._make, self.records())

    def __len__(self) -> int:
        return sum(count for run in self._runs for count, _ in run)

    def __contains__(self, path: object) -> bool:
        return any(record[0] == path for record in self.records())

    def __repr__(self) -> str:
        return f"<Inventory of {self.root!r}: {len(self)} paths>"

    @property
    def paths(self) -> list[bytes]:
        """All paths, in path order; the root's is `b""`."""
        return [record[0] for record in self.records()]

    def below(self, path: bytes) -> "Inventory":
        """Given a path, return the inventory of it and what is below it, as if it were the root."""
        if not path:
            return self
        inside = path + b"/"
        found = (
            (record[0][len(inside) :], *record[1:])
            for record in self.records()
            if record[0] == path or record[0].startswith(inside)
        )
        return Inventory.from_records(found, os.path.join(self.root, path))  # noqa: PTH118 - bytes, which pathlib does not take

    def parts(self) -> dict[bytes, "Inventory"]:
        """Return the inventory of each entry of the root by its name, as if it were the root.

        They are held as they are, not compressed: there are many, each is small and soon compared.
        """
        found: dict[bytes, list[tuple[Any, ...]]] = {}
        for record in self.records():
            name, _, path = record[0].partition(b"/")
            if name:
                found.setdefault(name, []).append((path, *record[1:]))
        return {name: _Listed(self.root + b"/" + name, records) for name, records in found.items()}

    def largest(self, kind: Kind) -> bytes:
        """Given a kind, return the path of the largest of it: by bytes, folders by what is in them.

        Raise LookupError if there is none; the root does not count.
        """
        sizes: Counter[bytes] = Counter()
        for seen in self:
            if seen.path and seen.kind == kind:
                sizes[seen.path] = len(seen.target) + seen.size
            if kind == "dir":
                folder = seen.path
                while folder := folder.rpartition(b"/")[0]:
                    sizes[folder] += 1
        if not sizes:
            raise LookupError(f"no {kind} below {self.root!r}")
        return max(sizes, key=lambda path: sizes[path])


class _Listed(Inventory):
    """An inventory that holds its records in a list."""

    def __init__(self, root: bytes, listed: list[tuple[Any, ...]]) -> None:
        super().__init__(root, ())
        self._listed = listed

    def records(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def _seen(path: bytes, node: Node, sharing: Counter[int | None]) -> Seen:
    shared = node.link is not None and sharing[node.link] > 1
    return Seen(
        path,
        FORMATS[node.kind] | node.mode,
        node.uid,
        node.gid,
        node.mtime_ns,
        node.size,
        digest_of(content_bytes(*segment) for segment in node.content) if node.kind == "file" else b"",
        node.target,
        os.makedev(*node.device) if node.device else 0,
        tuple(sorted(node.xattrs)),
        (0, node.link or 0) if shared else None,
        "",
    )
