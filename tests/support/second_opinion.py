"""A chain that duplicity makes of drawn histories, what it restores of it, and what our reader makes of it."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from duplicity_forks import DuplicityForks, Ended

from verify.archive.chains import chains_of
from verify.archive.manifests import Manifest, ManifestError, Unread
from verify.archive.names import Names
from verify.archive.reader.chain import Access, ChainContents, read_chain
from verify.archive.reader.damage import DamagedError, UnreadError
from verify.archive.sets import Object, StoredSet, stored_of
from verify.lab.client.command_lines import command_line, then
from verify.lab.client.gpg_decryption import GpgDecryption
from verify.lab.hosts.host import Host
from verify.secret import Secret
from verify.trees import History, Inventory, Tree, compare, limitations_of, plan
from verify.trees.difference import Difference
from verify.trees.model import Node

START, DAY = 1_767_225_600, 86_400
PASSPHRASE = "seven rowing boats"
CHEAP = "--gpg-options=--s2k-count=65536"  # a passphrase that costs nothing to try
PIECE = 1 << 16
KILLED = 9  # the exit code of a backup that was killed
LINKS = 1000  # numbers of files with several names that a history may have


@dataclass(frozen=True)
class Way:
    """How a chain is made: the options that say it, the prefixes of its files, and the home of the key they need."""

    options: tuple[str, ...]
    encrypted: bool = False
    key_home: str = ""
    names: Names = field(default_factory=Names, compare=False)


PLAIN = Way(("--no-encryption",))
PREFIXES = ("--file-prefix=all-", "--file-prefix-archive=volumes-", "--file-prefix-manifest=manifests-")
WAYS = {
    "compressed": PLAIN,
    "uncompressed": Way(("--no-encryption", "--no-compression")),
    "several volumes, prefixes": Way(
        ("--no-encryption", "--volsize=1", *PREFIXES),
        names=Names("all-", {"volume": "volumes-", "manifest": "manifests-"}),
    ),
    "encrypted": Way((CHEAP, "--volsize=1"), encrypted=True),
    "other ciphers": Way(
        ("--gpg-options=--s2k-count=65536 --cipher-algo=CAST5 --compress-algo=bzip2",), encrypted=True
    ),
}


@dataclass
class Chained:
    """A chain at a folder of its own, and what lay in the source at each of its points."""

    forks: DuplicityForks
    host: Host
    folder: Path
    way: Way
    points: list[tuple[int, Inventory]] = field(default_factory=list)
    start: int = START  # of its first point; the next are a day apart

    def __post_init__(self) -> None:
        """Begin with nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "to").mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of each command, and of gpg where we call it."""
        kept = {"PASSPHRASE": PASSPHRASE, "SIGN_PASSPHRASE": PASSPHRASE} if self.way.encrypted else {"PASSPHRASE": ""}
        return {**kept, "GNUPGHOME": self.way.key_home or f"{self.forks.home}/.gnupg"}

    def back_up(self, history: History) -> None:
        """Take a full backup of the first tree, and an incremental of each that follows."""
        before = None
        for tree in history.trees:
            self.take(tree, before)
            before = tree

    def take(self, tree: Tree, before: Tree | None, *, killed_after: int = 0) -> None:
        """Take the next point, at the second attempt where the first one is killed after so many uploads."""
        source, time = f"{self.folder}/source", self.start + DAY * len(self.points)
        self.host.carry_out(source, plan(tree, before))
        self.points.append((time, self.host.observe(source)))
        kind = "incremental" if before else "full"
        if killed_after:
            killed = self.asked(kind, source, self.url, at=time, DIES_AFTER_PUTS=f"{killed_after}")
            assert killed.code == KILLED, killed
        ended = self.asked(kind, source, self.url, at=time)
        assert not ended.code, ended

    def asked(
        self, verb: str, *positional: str, own: tuple[str, ...] = (), at: int | None = None, **more: str
    ) -> Ended:
        """Run a command of duplicity's, with variables."""
        usual = (f"--archive-dir={self.folder}/archive", "--name=chain", "--allow-source-mismatch", *self.way.options)
        words = command_line(self.forks.release, verb, own, usual, positional, at=at, patience=())
        return self.forks(*words, environment=self.environment | more)

    @property
    def url(self) -> str:
        """Where it backs up to."""
        return f"file://{self.folder}/to"

    def restored(self, time: int) -> Inventory:
        """Return what duplicity restores of a point."""
        target = f"{self.folder}/restored"
        ended = self.asked("restore", self.url, target, own=then(time))
        assert not ended.code, ended
        try:
            return self.host.observe(target)
        finally:
            self.host.remove(target)

    def lying(self) -> dict[str, bytes]:
        """Return the files that lie at the destination."""
        return {path.name: path.read_bytes() for path in sorted((self.folder / "to").iterdir())}

    def read(
        self, lying: Mapping[str, bytes] | None = None, passphrase: str = PASSPHRASE
    ) -> AbstractContextManager[ChainContents]:
        """Give what our reader makes of the newest chain that lies there, or of files that are given."""
        files = self.lying() if lying is None else lying
        stored = stored_of([Object(name, len(data)) for name, data in files.items()], self.way.names)
        of_gpg = {"PATH": os.environ["PATH"], "GNUPGHOME": self.environment["GNUPGHOME"]}
        decrypt = GpgDecryption({**of_gpg, "PASSPHRASE": Secret(passphrase)})
        access = Access(lambda name: pieces_of(files[name]), decrypt)
        sets = chains_of(stored, self.forks.release).chains[-1].sets
        return read_chain(sets, {each.span: _manifest(each, access) for each in stored.points}, access)


def pieces_of(data: bytes) -> Iterator[bytes]:
    """Yield a file's bytes in pieces."""
    return (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def _manifest(each: StoredSet, access: Access) -> Manifest | Unread:
    assert each.manifest
    text, name = bytearray(), each.manifest.name
    try:
        if name.endswith(".gpg"):
            access.decrypt(access.fetch(name), text.extend)
        else:
            text += b"".join(access.fetch(name))
        return Manifest.read(bytes(text))
    except (DamagedError, ManifestError) as error:
        return Unread(str(error))
    except UnreadError as error:
        return Unread(str(error), error.hint)


def of_restore(difference: Difference) -> bool:
    """Return whether a restore leaves that alone: it sets neither owner nor time of a symlink."""
    seen = difference.expected
    return difference.aspect in ("owner", "mtime") and seen is not None and seen.kind == "symlink"


def from_restore(restored: Inventory, read: Inventory) -> list[Difference]:
    """Return how what duplicity restored differs from what was read."""
    return [each for each in compare(restored, read) if not of_restore(each)]


def from_source(chained: Chained, source: Inventory, read: Inventory) -> list[Difference]:
    """Return how what lay in the source differs from what was read, but for what duplicity by design does not keep."""
    return list(compare(source, read, limitations_of(chained.forks.release)))


def side_by_side(histories: Sequence[History]) -> History:
    """Given histories of as many points each, return the one in which each has a folder of its own."""
    trees = []
    for number in range(len(histories[0].trees)):
        nodes = dict[bytes, Node]()
        for place, history in enumerate(histories):
            for path, node in history.trees[number].items():
                link = None if node.link is None else node.link + place * LINKS
                nodes[b"%d/%s" % (place, path) if path else b"%d" % place] = replace(node, link=link)
        trees.append(Tree(nodes))
    return History.along(tuple(trees), ())
