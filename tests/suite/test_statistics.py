"""What a backup says that it did is what it did."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.listings import statistics_findings
from verify.lab.lab import Chain, Lab

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("statistics-true")
def test_the_statistics_count_what_was_there_and_what_changed(lab: Lab, gallery: Chain) -> None:
    before = None
    for point in gallery.points:
        must_find_nothing(statistics_findings(point.result, before, point.inventory, lab.limitations))
        before = point.inventory
