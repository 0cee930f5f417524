"""One file or folder can be restored by itself."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.lab.lab import Chain, Lab
from verify.trees import Tree, file, printable

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]


@checks("single-path")
@pytest.mark.parametrize("kind", ["file", "dir", "symlink"])
def test_one_path_comes_back_by_itself(lab: Lab, gallery: Chain, kind: str) -> None:
    for point in (gallery.points[0], gallery.points[-1]):
        path = point.inventory.largest(kind)
        lab.restore(point, path).must_equal(point.inventory.below(path), check="single-path")


@checks("single-path")
def test_a_path_that_was_never_there_is_refused(lab: Lab, gallery: Chain) -> None:
    lab.restore(gallery.points[0], b"no such path").must_be_refused("single-path")


@checks("limitation-holds")
@pytest.mark.parametrize("name", [b"$HOME", b"~"], ids=["variable", "tilde"])
def test_a_path_that_duplicity_takes_for_another_is_not_found(lab: Lab, name: bytes) -> None:
    chain = lab.new_chain()
    lab.fill_source(Tree({name: file((1, 10))}))
    restored = lab.restore(lab.take_point(chain), name)
    kept = Finding("limitation-holds", printable(name), "it is not found", "it came back", "see `can_be_named`")
    must_find_nothing([kept] if restored.result.ok else [])
