"""An empty or suddenly smaller point, or source, is a finding; what is within the threshold is not."""

from pathlib import Path

import pytest

from verify.archive.names import Span
from verify.archive.sets import Object, StoredSet
from verify.checks import Severity
from verify.drill.ledger.ledger import PastDrill
from verify.drill.points.shrunken import SourceSize, full_findings, shrink_findings, size_before, source_findings

HERE = Path("/data")


@pytest.mark.parametrize(("paths", "before"), [(101, 101), (101, 1), (51, 101), (2, None)])
def test_a_point_that_holds_about_as_much_is_none(paths: int, before: int | None) -> None:
    assert shrink_findings(1, paths, None if before is None else (0, before), 0.5) == []


def test_a_point_that_has_lost_more_than_the_threshold_is_one() -> None:
    (finding,) = shrink_findings(1, 50, (0, 101), 0.5)
    assert finding.got == "49 in the point of 1970-01-01 00:00:01 UTC: 51% fewer"
    assert finding.severity is Severity.AT_RISK


@pytest.mark.parametrize("before", [None, (0, 1), (0, 101)])
def test_a_point_with_nothing_but_its_root_always_is_one(before: tuple[int, int] | None) -> None:
    (finding,) = shrink_findings(1, 1, before, 0.5)
    assert finding.got.startswith("none at all")
    assert finding.severity is Severity.LOST


def test_a_full_that_has_lost_half_of_its_bytes_is_one() -> None:
    large, small = (StoredSet(Span(None, end), {1: Object("v", size)}) for end, size in ((1, 100), (2, 49)))
    assert full_findings(small, None, 0.5) == []
    assert full_findings(large, small, 0.5) == []
    assert len(full_findings(small, large, 0.5)) == 1


def drilled(started: float, paths: int, size: int, folder: Path = HERE) -> PastDrill:
    return PastDrill(started, started, "proven", {"source": SourceSize(folder, paths, size, started).as_json()})


def test_the_source_is_compared_with_what_drills_saw_since_the_one_before_the_newest_point() -> None:
    past = [drilled(1, 900, 900), drilled(3, 100, 10), PastDrill(4, 4, "proven", {}), drilled(6, 60, 70)]
    assert size_before(past, HERE, newest=5) == SourceSize(HERE, 100, 70, 3)
    assert size_before(past, HERE, newest=7) == SourceSize(HERE, 60, 70, 6)
    assert size_before(past, HERE, newest=0) == SourceSize(HERE, 900, 900, 1)
    assert size_before([*past, drilled(8, 7, 7, Path("/other"))], HERE, newest=9) == SourceSize(HERE, 60, 70, 6)


def test_where_no_drill_saw_the_source_there_is_nothing_to_compare_with() -> None:
    assert size_before([PastDrill(1, 1, "proven", {}), drilled(2, 7, 7, Path("/other"))], HERE, newest=3) is None


@pytest.mark.parametrize(("paths", "size", "shrank"), [(50, 500, False), (49, 1000, True), (100, 499, True)])
def test_a_source_that_has_lost_more_than_the_threshold_is_a_finding(paths: int, size: int, shrank: bool) -> None:
    found = source_findings(SourceSize(HERE, paths, size, 2), SourceSize(HERE, 100, 1000, 1), 0.5)
    assert [each.check for each in found] == ["source-not-shrunken"] * shrank
