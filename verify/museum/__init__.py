"""The museum: real defects of real releases, and the check that tells who has one from who has it no more."""

from verify.museum.catalogue import Exhibit, exhibits
from verify.museum.runs import Ended, SuiteRuns
from verify.museum.scenarios import SCENARIOS

__all__ = ["SCENARIOS", "Ended", "Exhibit", "SuiteRuns", "exhibits"]
