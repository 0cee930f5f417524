"""After a disaster there is a new machine: it has the job and the store, and nothing that duplicity kept."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.listings import listing_findings
from verify.lab.lab import Chain, Lab
from verify.trees import MARKED

pytestmark = pytest.mark.of_the_release


@pytest.mark.in_a_folder
@checks("structure", "content", "metadata", "point-in-time", "new-machine")
def test_the_newest_point_comes_back_on_a_new_machine(lab: Lab, gallery: Chain) -> None:
    newest = gallery.points[-1]
    restored = lab.restore(newest, new_machine=True)
    restored.result.must_succeed("new-machine")
    restored.must_equal(newest.inventory)


@checks("new-machine")
def test_the_newest_point_comes_back_from_the_store(lab: Lab) -> None:
    newest = lab.back_up(MARKED).points[-1]
    lab.restore(newest, new_machine=True).must_equal(newest.inventory, check="new-machine")


@checks("new-machine")
def test_a_new_machine_lists_and_continues_the_chain(lab: Lab) -> None:
    chain = lab.on_new_machine(lab.back_up(MARKED, encrypted=lab.job.encrypted))
    for point in chain.points:
        listed = lab.ran(chain.duplicity.list_current_files(chain.destination.url, at=point.time))
        paths = listed.must_succeed("new-machine").paths
        must_find_nothing(listing_findings(paths, point.inventory, lab.limitations, check="new-machine"))
    lab.fill_source(MARKED.first)
    continued = lab.take_point(chain)
    lab.restore(continued).must_equal(continued.inventory, check="new-machine")
