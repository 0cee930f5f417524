"""Packs: histories that share the commands of one cycle, and get a verdict each."""

from verify.lab.packs.checking import Checking
from verify.lab.packs.lanes import Lanes, lane_count
from verify.lab.packs.running import Body, Verdict, judged

__all__ = ["Body", "Checking", "Lanes", "Verdict", "judged", "lane_count"]
