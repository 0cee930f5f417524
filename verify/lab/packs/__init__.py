"""Packs: histories that share the commands of one cycle, and get a verdict each."""

from verify.lab.packs.checking import Checking
from verify.lab.packs.fewer_operations import OPERATIONS
from verify.lab.packs.lanes import Lanes, lane_count
from verify.lab.packs.running import Body, Verdict, judged
from verify.lab.packs.shrinking import Failure

__all__ = ["OPERATIONS", "Body", "Checking", "Failure", "Lanes", "Verdict", "judged", "lane_count"]
