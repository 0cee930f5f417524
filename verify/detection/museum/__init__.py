"""The museum: real defects of real releases, and the check that tells who has one from who has it no more."""

from verify.detection.museum.catalogue import Exhibit, exhibits
from verify.detection.museum.runs import Ended, SuiteRuns
from verify.detection.museum.scenarios import SCENARIOS

__all__ = ["SCENARIOS", "Ended", "Exhibit", "SuiteRuns", "exhibits"]
