"""A full backup comes back as it was."""

import pytest
from hypothesis import given

from verify.checks import checks
from verify.lab.history_lab import HistoryLab
from verify.trees import Tree, histories_of, trees

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("structure", "content", "metadata")
@given(tree=trees())
def test_a_full_backup_comes_back_as_it_was(lab: HistoryLab, tree: Tree) -> None:
    chain = lab.back_up(histories_of(tree))
    for point in chain.points:
        lab.restore(point).must_equal(point.inventory)
