"""Every point of a chain comes back as it was then."""

import pytest
from hypothesis import given

from verify.checks import checks
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Chain, Lab
from verify.trees import History, histories

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("command-succeeds", "structure", "content", "metadata", "point-in-time")
def test_every_point_of_the_gallery_comes_back_as_it_was(lab: Lab, gallery: Chain) -> None:
    for point in gallery.points:
        lab.restore(point).must_equal(point.inventory)


@checks("structure", "content", "metadata", "point-in-time")
@given(history=histories(points=4))
def test_every_point_in_time_comes_back_as_it_was(lab: HistoryLab, history: History) -> None:
    chain = lab.back_up(history)
    for point in chain.points:
        lab.restore(point).must_equal(point.inventory)
