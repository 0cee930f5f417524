"""list-current-files shows the paths that were backed up."""

from hypothesis import given

from verify.checks import checks
from verify.lab.lab import Chain, Lab
from verify.trees import Tree, histories_of, trees


@checks("listing")
def test_the_listing_of_every_point_shows_what_was_there_then(lab: Lab, gallery: Chain) -> None:
    for point in gallery.points:
        lab.listing(point).must_name(point.inventory)


@checks("listing")
@given(tree=trees())
def test_the_listing_shows_the_tree(lab: Lab, tree: Tree) -> None:
    chain = lab.back_up(histories_of(tree))
    lab.listing(chain.points[0]).must_name(chain.points[0].inventory)
