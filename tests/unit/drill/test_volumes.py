"""Which volumes are downloaded tonight, what becomes of them, and how far the proofs reach."""

import hashlib
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from verify.archive.manifests import Volume
from verify.archive.names import Span
from verify.archive.sets import Object
from verify.destinations.view import RefusedError, View
from verify.drill.volumes import HashedVolume, coverage, least_recently_proven, prove

GOOD = hashlib.sha1(b"good", usedforsecurity=False).hexdigest()


class Shelf(View):
    """A view of objects in memory; one whose content is an exception raises it."""

    downloaded = 0

    def __init__(self, **contents: bytes | Exception) -> None:
        self.contents = contents

    def objects(self) -> list[Object]:
        return []

    def read(self, name: str) -> bytes:
        content = self.contents[name]
        if isinstance(content, Exception):
            raise content
        return content

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        data = self.read(name)
        return hashlib.new(algorithm, data).hexdigest(), len(data)


def volume(name: str, size: int = 4) -> HashedVolume:
    return HashedVolume(Span(None, 0), Object(name, size), Volume(1, b"", b"z", ("SHA1", GOOD)))


def test_volumes_that_are_what_they_were_are_good_and_others_are_findings() -> None:
    shelf = Shelf(a=b"good", b=b"evil", c=FileNotFoundError(), d=RefusedError("AccessDenied", "let the key"))
    good, found = prove(shelf, [volume(name) for name in "abcd"], time.monotonic() + 60)
    assert [each.name for each in good] == ["a"]
    assert [each.path for each in found] == ["b", "c", "d"]
    assert {each.check for each in found} == {"volumes-intact"}
    assert GOOD in found[0].expected


def test_nothing_is_downloaded_when_the_time_is_up() -> None:
    assert prove(Shelf(a=b"evil"), [volume("a")], time.monotonic() - 1) == ([], [])


SIZES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 50), max_size=12)


@given(sizes=SIZES, budget=st.integers(0, 200), draw=st.randoms(use_true_random=False), data=st.data())
def test_a_nights_volumes_fit_the_budget_and_the_longest_unproven_come_first(
    sizes: dict[str, int], budget: int, draw: random.Random, data: st.DataObject
) -> None:
    names = sorted(sizes)
    proven = data.draw(st.dictionaries(st.sampled_from(names), st.floats(1, 100)) if names else st.just({}))
    tonight = least_recently_proven([volume(name, sizes[name]) for name in names], proven, budget, draw)
    assert sum(each.stored.size for each in tonight) <= budget
    ages = [proven.get(each.stored.name, 0.0) for each in tonight]
    assert ages == sorted(ages)
    left = budget - sum(each.stored.size for each in tonight)
    chosen = {each.stored.name for each in tonight}
    assert all(sizes[name] > left for name in names if name not in chosen)


def test_night_by_night_everything_is_proven() -> None:
    volumes, proven, nights = [volume(str(number), 10) for number in range(20)], dict[str, float](), 0
    while len(proven) < len(volumes):
        nights += 1
        for each in least_recently_proven(volumes, proven, 35, random.Random(nights)):
            proven[each.stored.name] = float(nights)
    assert nights == 7
    assert str(coverage(volumes, proven, nights)) == "100 % of 20 volumes proven within 1 day"


def test_coverage_tells_how_far_the_proofs_reach() -> None:
    volumes = [volume("a", 30), volume("b", 70)]
    assert str(coverage(volumes, {"a": 0.0}, 10)) == "1 of 2 volumes proven so far (30 % of their bytes)"
    assert str(coverage(volumes, {"a": 0.0, "b": 5.0}, 2.5 * 86_400)) == "100 % of 2 volumes proven within 3 days"


def test_a_volume_that_is_lost_counts_among_all() -> None:
    volumes = [volume("a", 30), volume("b", 70)]
    said = str(coverage(volumes, {"a": 0.0, "b": 5.0}, 10, named=3))
    assert said == "2 of 3 volumes proven, 1 is lost, damaged or without a hash in the manifest"
