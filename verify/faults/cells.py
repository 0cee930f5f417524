"""The fault matrix: each kind of object, damaged in each way, met by each use of the backup."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from verify.faults.damages import DAMAGES, Damage
from verify.faults.objects import KINDS, ObjectKind

Archive = Literal["kept", "lost"]
Use = Literal["restore", "next backup"]

ARCHIVES: tuple[Archive, ...] = ("kept", "lost")
USES: tuple[Use, ...] = ("restore", "next backup")
BY_DAY = 9  # cells of any run but the nightly one: what of the matrix a first verdict waits for


@dataclass(frozen=True, order=True)
class Cell:
    """One cell of the matrix.

    `archive` is what became of duplicity's archive directory before the use. The use is a restore of the
    newest point, or the next incremental and the restore of what that backed up on a new machine.
    """

    kind: ObjectKind
    damage: Damage
    archive: Archive
    encrypted: bool
    use: Use

    @property
    def row(self) -> str:
        """What a table says of all but the damage."""
        return ", ".join((str(self.kind), f"archive {self.archive}", self.dressing, self.use))

    @property
    def dressing(self) -> str:
        """Whether the backup is encrypted, in a word."""
        return "encrypted" if self.encrypted else "plain"

    @property
    def sentence(self) -> str:
        """The cell in words."""
        return f"{self.kind} {self.damage}, archive directory {self.archive}, {self.dressing}; then: {self.use}"

    def __str__(self) -> str:
        parts = (*self.kind, self.damage, self.archive, self.dressing, self.use)
        return "-".join(parts).replace(" ", "-")


CELLS: tuple[Cell, ...] = tuple(
    Cell(kind, damage, archive, encrypted, use)
    for encrypted, use, kind, damage, archive in product((False, True), USES, KINDS, DAMAGES, ARCHIVES)
)


def chosen(profile: str) -> tuple[Cell, ...]:
    """Given a profile, return the cells that it runs: all of them by night, else those that tell most.

    By day every property that a cell can have is met, and as many pairs of them as so few cells can hold.
    """
    return CELLS if profile == "nightly" else _covering(CELLS)[:BY_DAY]


def _covering(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return cells that hold every pair of properties that any cell does; the cheapest where it is equal."""
    left = {pair for cell in cells for pair in _pairs(cell)}
    found: list[Cell] = []
    while left:
        best = max(cells, key=lambda cell: (len(left & _pairs(cell)), -_cost(cell)))
        found.append(best)
        left -= _pairs(best)
    return tuple(found)


def _pairs(cell: Cell) -> set[tuple[object, ...]]:
    properties = enumerate((cell.kind, cell.damage, cell.archive, cell.encrypted, cell.use))
    return set(combinations(properties, 2))


def _cost(cell: Cell) -> float:
    """Return about how many seconds of a processor a cell takes."""
    return (0.6 if cell.use == "restore" else 1.4) * (3.0 if cell.encrypted else 1.0)
