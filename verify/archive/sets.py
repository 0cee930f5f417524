"""The objects at a destination, put together into sets and chains: from the store's listing, without duplicity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from verify.archive.names import Named, Names, Part, Span

COLD = frozenset({"GLACIER", "DEEP_ARCHIVE"})  # storage classes that a restore waits hours for


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a destination, as its store lists it.

    `version` changes when the content does (in S3 the ETag); `modified` is in seconds since the epoch, 0
    where the store does not tell it.
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
    statistics: Object | None = None
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
            case "statistics":
                self.statistics = stored

    @property
    def is_listed(self) -> bool:
        """Whether duplicity takes its files for a set: lone signatures are none."""
        return bool(self.volumes or self.manifest or self.statistics)

    @property
    def objects(self) -> tuple[Object, ...]:
        """All objects of the set."""
        others = [each for each in (self.manifest, self.signatures, self.statistics) if each]
        return (*self.volumes.values(), *others)

    @property
    def modified(self) -> float:
        """When the newest of its objects was written, in seconds since the epoch; 0 where the server tells no times."""
        return max((each.modified for each in self.objects), default=0.0)

    @property
    def volume_bytes(self) -> int:
        """How many bytes its volumes have."""
        return sum(each.size for each in self.volumes.values())


@dataclass(frozen=True)
class Stored:
    """The sets at a destination, oldest first, and how many objects belong to none of them.

    `signed` are those that have signatures, in the order in which the store lists these; `prefixes` is what the names
    of each part begin with.
    """

    sets: tuple[StoredSet, ...]
    foreign: int = 0
    signed: tuple[StoredSet, ...] = ()
    prefixes: Mapping[Part, str] = field(default_factory=dict)

    @property
    def points(self) -> tuple[StoredSet, ...]:
        """The sets that have a manifest, which duplicity takes for complete."""
        return tuple(each for each in self.sets if each.manifest)

    @property
    def objects(self) -> tuple[Object, ...]:
        """All objects of the sets."""
        return tuple(one for each in self.sets for one in each.objects)


def stored_of(objects: Iterable[Object], names: Names, kept: Iterable[str] = ()) -> Stored:
    """Given what a store lists, return the sets that it makes; a file that duplicity had not finished is left out.

    `kept` are the names of unfinished files in a job's archive: duplicity treats them as if they lay there, finished.
    """
    sets: dict[Span, StoredSet] = {}
    signed: list[StoredSet] = []
    foreign = 0
    for each, is_kept in [*((each, False) for each in objects), *((Object(name, 0), True) for name in kept)]:
        named = names.read(each.name)
        if named is None:
            foreign += 1
        elif named.partial == is_kept:
            found = sets.setdefault(named.span, StoredSet(named.span))
            found.add(named, each)
            signed += [found] if named.part == "signature" else []
    in_order = tuple(sorted(sets.values(), key=lambda each: each.span.end))
    return Stored(in_order, foreign, tuple(signed), names.prefixes)
