"""What may happen to a backup at its destination, and what is known to go unnoticed: data, and no host."""

from verify.faults.cells import CELLS, Cell, chosen
from verify.faults.damages import DAMAGES, Damage, damaged
from verify.faults.known import KNOWN_SILENT, KnownSilent, known_silent
from verify.faults.objects import KINDS, ObjectKind, kind_of
from verify.faults.toxics import SLOW_LINE, TOXICS, Toxic

__all__ = [
    "CELLS",
    "DAMAGES",
    "KINDS",
    "KNOWN_SILENT",
    "SLOW_LINE",
    "TOXICS",
    "Cell",
    "Damage",
    "KnownSilent",
    "ObjectKind",
    "Toxic",
    "chosen",
    "damaged",
    "kind_of",
    "known_silent",
]
