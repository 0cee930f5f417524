"""list-current-files shows the paths that were backed up."""

import pytest
from hypothesis import given

from verify.checks import checks, must_find_nothing
from verify.concerns.listings import listing_findings
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Chain, Lab
from verify.trees import Tree, histories_of, trees

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("listing")
def test_the_listing_of_every_point_shows_what_was_there_then(lab: Lab, gallery: Chain) -> None:
    for point in gallery.points:
        must_find_nothing(listing_findings(lab.listing(point).paths, point.inventory, lab.limitations))


@checks("listing")
@given(tree=trees())
def test_the_listing_shows_the_tree(lab: HistoryLab, tree: Tree) -> None:
    (point,) = lab.back_up(histories_of(tree)).points
    must_find_nothing(listing_findings(lab.listing(point).paths, point.inventory, lab.limitations))
