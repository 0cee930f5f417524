"""Pairs of selection rules and a tree on their edges: how they are drawn and packed. No host, no duplicity."""

from verify.selection.pairs.bad import DEFECTS, LAST_DEFECTS, bad_rules
from verify.selection.pairs.pairs import CommandLine, Group, Pack, Pair, Shared, Written
from verify.selection.pairs.shared import SHARED, edge_of
from verify.selection.pairs.strategies import pairs

__all__ = [
    "DEFECTS",
    "LAST_DEFECTS",
    "SHARED",
    "CommandLine",
    "Group",
    "Pack",
    "Pair",
    "Shared",
    "Written",
    "bad_rules",
    "edge_of",
    "pairs",
]
