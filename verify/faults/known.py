"""Damage that is known to go unnoticed: data, by release, each with who says so.

A row names cells of the fault matrix and forgives them. What lies in an object at the place of a flipped
bit or of a cut differs from run to run, so not every cell of a row goes wrong every time; its example does.
"""

from dataclasses import dataclass, fields

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from verify.faults.cells import Cell
from verify.faults.objects import ObjectKind

EVERY = SpecifierSet(">=0.8.18")
MEASURED = "measured with this matrix, embedded: 0.8.22, 1.2.3, 2.2.4, 3.0.6.3 and 3.1.0 unencrypted, 3.2.1 both"


@dataclass(frozen=True)
class Where:
    """Which cells: those whose properties are among these. None takes any."""

    sets: frozenset[str] | None = None
    parts: frozenset[str] | None = None
    damages: frozenset[str] | None = None
    archives: frozenset[str] | None = None
    encrypted: frozenset[bool] | None = None
    uses: frozenset[str] | None = None

    def holds(self, cell: Cell) -> bool:
        """Return whether a cell is one of them."""
        properties = (cell.kind.set, cell.kind.part, cell.damage, cell.archive, cell.encrypted, cell.use)
        wanted = (getattr(self, field.name) for field in fields(self))
        return all(one is None or value in one for one, value in zip(wanted, properties, strict=True))


@dataclass(frozen=True)
class KnownSilent:
    """Cells in which data is lost without an error, or a command hangs, in some releases; `example` is always one."""

    id: str
    summary: str
    releases: SpecifierSet
    source: str
    where: tuple[Where, ...]
    example: Cell
    never_ends: bool = False


def _of(*values: str) -> frozenset[str]:
    return frozenset(values)


KNOWN_SILENT: tuple[KnownSilent, ...] = (
    KnownSilent(
        "restore-never-ends",
        "a restore that meets a damaged incremental volume, encrypted, says so and never ends",
        EVERY,
        "measured with this matrix: 2.2.4, 3.1.0, 3.2.0, 3.2.1; gpg still waits for the full's volume to be read",
        (
            Where(_of("incremental"), _of("volume"), _of("truncated", "zero-length", "one-bit", "stale", "garbage"),
                  encrypted=frozenset({True})),
            Where(_of("incremental"), _of("manifest"), _of("stale"), encrypted=frozenset({True})),
        ),
        Cell(ObjectKind("incremental", "volume"), "truncated", "kept", encrypted=True, use="restore"),
        never_ends=True,
    ),
    KnownSilent(
        "volumes-unseen",
        "an incremental goes on with a chain whose volumes are lost or damaged",
        EVERY,
        MEASURED,
        (Where(parts=_of("volume"), uses=_of("next backup")),),
        Cell(ObjectKind("full", "volume"), "missing", "kept", encrypted=False, use="next backup"),
    ),
    KnownSilent(
        "archive-believed",
        "an incremental does not look at the remote manifest or signature that its archive directory has too, "
        "as where it was cut short while uploading",
        EVERY,
        MEASURED,
        (Where(parts=_of("manifest", "signature"), archives=_of("kept"), uses=_of("next backup")),),
        Cell(ObjectKind("full", "signature"), "truncated", "kept", encrypted=False, use="next backup"),
    ),
    KnownSilent(
        "manifest-believed",
        "on a new machine an incremental goes on with a chain whose manifest is lost, damaged or another's",
        EVERY,
        MEASURED,
        (Where(parts=_of("manifest"), archives=_of("lost"), uses=_of("next backup")),),
        Cell(ObjectKind("full", "manifest"), "zero-length", "lost", encrypted=False, use="next backup"),
    ),
    KnownSilent(
        "signature-believed",
        "on a new machine an incremental is made against another backup's signature, and restores wrongly",
        EVERY,
        MEASURED,
        (
            Where(parts=_of("signature"), damages=_of("stale", "swapped"), archives=_of("lost"),
                  uses=_of("next backup")),
        ),
        Cell(ObjectKind("full", "signature"), "stale", "lost", encrypted=False, use="next backup"),
    ),
    KnownSilent(
        "empty-manifest",
        "on a new machine a restore skips, without an error, the set whose unencrypted manifest names no volume",
        EVERY,
        MEASURED,
        (
            Where(parts=_of("manifest"), damages=_of("zero-length", "garbage"), archives=_of("lost"),
                  encrypted=frozenset({False}), uses=_of("restore")),
        ),
        Cell(ObjectKind("full", "manifest"), "zero-length", "lost", encrypted=False, use="restore"),
    ),
)  # fmt: skip


def known_silent(cell: Cell, release: Version) -> KnownSilent | None:
    """Given a cell and a release, return what is known of it; None where damage should be noticed."""
    here = (one for one in KNOWN_SILENT if one.releases.contains(release, prereleases=True))
    return next((one for one in here if any(where.holds(cell) for where in one.where)), None)
