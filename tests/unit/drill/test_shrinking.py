"""An empty or suddenly smaller point is a finding; what is within the threshold is not."""

import pytest

from verify.archive.names import Span
from verify.archive.sets import Object, StoredSet
from verify.checks import Severity
from verify.drill.points.shrunken import full_findings, shrink_findings


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
