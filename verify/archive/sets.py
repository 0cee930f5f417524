"""What lies at a destination, put together into sets and chains; by the store's listing, not by duplicity's word."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from verify.archive.names import Named, Names, Span

COLD = frozenset({"GLACIER", "DEEP_ARCHIVE"})  # storage classes that a restore waits hours for


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a destination, as its store lists it.

    `version` is what the store gives another value when the content changes (S3's ETag); `modified`
    is in seconds since the epoch.
    """

    name: str
    size: int  # bytes
    version: str = ""
    modified: float = 0.0
    storage_class: str = ""

    @property
    def is_cold(self) -> bool:
        """Whether it has to be thawed before it can be read."""
        return self.storage_class.upper() in COLD


@dataclass
class StoredSet:
    """The objects of one full or incremental backup."""

    span: Span
    volumes: dict[int, Object] = field(default_factory=dict)
    manifest: Object | None = None
    signatures: Object | None = None
    encrypted: bool = False

    def add(self, named: Named, stored: Object) -> None:
        """Given what an object's name says and the object, take it in."""
        self.encrypted |= named.encrypted
        match named.part:
            case "volume":
                self.volumes[named.number] = stored
            case "manifest":
                self.manifest = stored
            case "signature":
                self.signatures = stored

    @property
    def objects(self) -> tuple[Object, ...]:
        """All objects of the set."""
        others = [each for each in (self.manifest, self.signatures) if each]
        return (*self.volumes.values(), *others)

    @property
    def modified(self) -> float:
        """When the newest of its objects was written, in seconds since the epoch."""
        return max((each.modified for each in self.objects), default=0.0)

    @property
    def volume_bytes(self) -> int:
        """How many bytes its volumes have."""
        return sum(each.size for each in self.volumes.values())


@dataclass(frozen=True)
class Stored:
    """The sets at a destination, oldest first, and how many objects belong to none of them."""

    sets: tuple[StoredSet, ...]
    foreign: int = 0

    @property
    def points(self) -> tuple[StoredSet, ...]:
        """The sets that duplicity takes for whole, since they have a manifest: what can be restored."""
        return tuple(each for each in self.sets if each.manifest)

    @property
    def chains(self) -> tuple[tuple[StoredSet, ...], ...]:
        """The points by chain: each a full one and the incrementals that build on it, oldest first."""
        chains: list[list[StoredSet]] = []
        for each in self.points:
            if each.span.is_full:
                chains.append([each])
                continue
            base = next((chain for chain in reversed(chains) if chain[-1].span.end == each.span.start), None)
            if base:
                base.append(each)
        return tuple(map(tuple, chains))

    @property
    def newest(self) -> StoredSet | None:
        """The newest point that stands in a chain."""
        return max((chain[-1] for chain in self.chains), key=lambda each: each.span.end, default=None)

    def leading_to(self, time: int) -> tuple[StoredSet, ...]:
        """Given a point's time, return the sets that its restore needs, the full one first."""
        for chain in self.chains:
            for place, each in enumerate(chain):
                if each.span.end == time:
                    return chain[: place + 1]
        return ()

    @property
    def objects(self) -> tuple[Object, ...]:
        """All objects of the sets."""
        return tuple(one for each in self.sets for one in each.objects)


def stored_of(objects: Iterable[Object], names: Names) -> Stored:
    """Given what a store lists, return the sets that it makes; a finished object stands for a partial one."""
    sets: dict[Span, StoredSet] = {}
    foreign = 0
    for each in objects:
        named = names.read(each.name)
        if named is None:
            foreign += 1
            continue
        if named.partial:
            continue
        sets.setdefault(named.span, StoredSet(named.span)).add(named, each)
    ordered = sorted(sets.values(), key=lambda each: (each.span.end, not each.span.is_full))
    return Stored(tuple(ordered), foreign)


def without_base(stored: Stored) -> tuple[StoredSet, ...]:
    """Given what is stored, return the incrementals whose chain is broken before them."""
    standing = {each.span for chain in stored.chains for each in chain}
    return tuple(each for each in stored.points if each.span not in standing)
