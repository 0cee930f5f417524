"""How long a restore of everything would take, and how sure that is."""

import math
import random

import pytest

from verify.drill.ledger.ledger import PastRestore
from verify.drill.restoring.estimate import Estimate, cost_words, estimate, time_findings
from verify.durations import time_words
from verify.errors import NotProvenError

GB = 10**9


def restores(*measured: tuple[float, float]) -> list[PastRestore]:
    return [PastRestore(0, int(size), seconds, everything=False) for size, seconds in measured]


def test_nothing_is_said_where_nothing_was_measured() -> None:
    assert estimate([], GB) is None
    assert estimate(restores((0, 1.0)), GB) is None


def test_steady_restores_make_an_estimate_that_is_nearly_sure() -> None:
    found = estimate(restores(*[(GB, 100.0)] * 10), 2 * GB)
    assert found is not None
    assert found.seconds == pytest.approx(200)
    assert 150 < found.low < 200 < found.high < 260


def test_a_single_restore_tells_little() -> None:
    found = estimate(restores((GB, 100.0)), GB)
    assert found is not None
    assert found.seconds == pytest.approx(100)
    assert found.low < 30
    assert found.high > 300


def test_large_restores_count_more_than_the_start_of_duplicity() -> None:
    found = estimate(restores((GB, 100.0), *[(10_000, 1.0)] * 50), GB)
    assert found is not None
    assert found.seconds == pytest.approx(100, rel=0.05)


def test_by_simulation_the_time_lies_between_in_nine_of_ten_restores_at_least() -> None:
    draw, inside, nights = random.Random(7), 0, 400
    for _ in range(nights):
        rates = [10_000_000 * math.exp(draw.gauss(0, 0.3)) for _ in range(12)]
        *known, real = rates
        found = estimate(restores(*((GB, GB / rate) for rate in known)), 5 * GB)
        assert found is not None
        inside += found.low <= 5 * GB / real <= found.high
    assert inside / nights > 0.9


def test_longer_than_it_may_take_is_a_finding() -> None:
    found = Estimate(GB, 7200, 3600, 14_400)
    assert time_findings(found, 7200) == []
    (finding,) = time_findings(found, 3600)
    assert (finding.check, finding.got) == ("restore-time", "about 2.0 h (between 60 min and 4.0 h)")


@pytest.mark.parametrize(("found", "allowed"), [(None, 10.0), (Estimate(1, 1, 1, 1), None)])
def test_without_a_measure_or_a_demand_nothing_is_proven(found: Estimate | None, allowed: float | None) -> None:
    with pytest.raises(NotProvenError):
        time_findings(found, allowed)


def test_times_and_costs_are_told_as_a_person_would() -> None:
    assert [time_words(seconds) for seconds in (40, 720, 12_600)] == ["40 s", "12 min", "3.5 h"]
    assert cost_words(Estimate(3 * GB, 1, 1, 1), 0.09) == ", and its download costs 0.27"
    assert cost_words(Estimate(3 * GB, 1, 1, 1), None) == ""
