"""One file or folder can be restored by itself."""

import pytest

from verify.checks import checks
from verify.lab.lab import Chain, Lab


@checks("single-path")
@pytest.mark.parametrize("kind", ["file", "dir", "symlink"])
def test_one_path_comes_back_by_itself(lab: Lab, gallery: Chain, kind: str) -> None:
    for point in (gallery.points[0], gallery.points[-1]):
        path = point.inventory.largest(kind)
        lab.restore(point, path).must_equal(point.inventory.below(path), check="single-path")


@checks("single-path")
def test_a_path_that_was_never_there_is_refused(lab: Lab, gallery: Chain) -> None:
    lab.restore(gallery.points[0], b"no such path").must_be_refused("single-path")
