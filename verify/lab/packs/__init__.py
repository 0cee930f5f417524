"""Packs: histories that share the commands of one cycle, and get a verdict each."""

from verify.lab.packs.checking import Checking
from verify.lab.packs.fewer_operations import OPERATIONS
from verify.lab.packs.lanes import Lanes, lane_count
from verify.lab.packs.running import Body, HistoryVerdict, judged
from verify.lab.packs.shrinking import FailedExample

__all__ = ["OPERATIONS", "Body", "Checking", "FailedExample", "HistoryVerdict", "Lanes", "judged", "lane_count"]
