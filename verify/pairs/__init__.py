"""Pairs of selection rules and a tree on their edges: how they are drawn and packed. No host, no duplicity."""

from verify.pairs.pairs import CommandLine, Pack, Pair, Shared, Written
from verify.pairs.shared import SHARED, edge_of
from verify.pairs.strategies import pairs

__all__ = ["SHARED", "CommandLine", "Pack", "Pair", "Shared", "Written", "edge_of", "pairs"]
