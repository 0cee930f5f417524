"""Every point of a chain comes back as it was then."""

from dataclasses import replace

import pytest
from hypothesis import given

from verify.checks import checks
from verify.lab.lab import Chain, Lab, Taking
from verify.trees import History, Tree, file, histories
from verify.trees.model import SECOND

CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3"  # spelled out: an image may have no time zones
HALF_AN_HOUR = 1800  # seconds
TREES = [Tree({b"a": file((number, 100 + number), mtime_ns=number * SECOND)}) for number in range(1, 4)]


@checks("command-succeeds", "structure", "content", "metadata", "point-in-time")
def test_every_point_of_the_gallery_comes_back_as_it_was(lab: Lab, gallery: Chain) -> None:
    for point in gallery.points:
        lab.restore(point).must_equal(point.inventory)


@checks("structure", "content", "metadata", "point-in-time")
@given(history=histories(points=4))
def test_every_point_in_time_comes_back_as_it_was(lab: Lab, history: History) -> None:
    chain = lab.back_up(history)
    for point in chain.points:
        lab.restore(point).must_equal(point.inventory)


@checks("point-in-time")
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(1_711_846_800, id="to-summer-time"),  # 2024-03-31T01:00Z: 2 o'clock is 3 o'clock
        pytest.param(1_729_990_800, id="from-summer-time"),  # 2024-10-27T01:00Z: half past 2 comes twice
    ],
)
def test_points_around_a_change_of_the_clocks_come_back_as_they_were(lab: Lab, changed: int) -> None:
    chain = lab.new_chain(archive=True)
    chain.duplicity = replace(chain.duplicity, env={**chain.duplicity.env, "TZ": CENTRAL_EUROPE})
    for tree, half_hours in zip(TREES, (-1, 1, 3), strict=True):
        lab.fill_source(tree)
        lab.take_point(chain, Taking(changed + half_hours * HALF_AN_HOUR, full=not chain.points))
    for point in chain.points:
        lab.restore(point).must_equal(point.inventory)
