"""Trees, the edits that make histories of them, what an observer saw, and how that is compared."""

from verify.trees.compare import compare, findings_of
from verify.trees.difference import Difference
from verify.trees.edit_counts import edits_of
from verify.trees.gallery import GALLERY, LARGE_FILE_EDITS, MARKED, LargeFileEdit
from verify.trees.inventory import Inventory, Seen
from verify.trees.limitations import LIMITATIONS, Limitation, limitations_of
from verify.trees.model import (
    Edit,
    History,
    Node,
    Segment,
    Tree,
    file,
    folder,
    histories_of,
    special,
    symlink,
)
from verify.trees.printing import printable
from verify.trees.steps import plan, plan_side_by_side
from verify.trees.strategies import histories, lived, lives, trees

__all__ = [
    "GALLERY",
    "LARGE_FILE_EDITS",
    "LIMITATIONS",
    "MARKED",
    "Difference",
    "Edit",
    "History",
    "Inventory",
    "LargeFileEdit",
    "Limitation",
    "Node",
    "Seen",
    "Segment",
    "Tree",
    "compare",
    "edits_of",
    "file",
    "findings_of",
    "folder",
    "histories",
    "histories_of",
    "limitations_of",
    "lived",
    "lives",
    "plan",
    "plan_side_by_side",
    "printable",
    "special",
    "symlink",
    "trees",
]
