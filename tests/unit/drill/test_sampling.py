"""Which paths are restored: as many at random as asked for, each as likely, and one of each stratum."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from verify.drill.points.listing import Listing
from verify.drill.restoring.sampling import Leaf, Sample, Stratum, draw, leaves, strata_of
from verify.trees.model import path_key

DAY = 86_400
LISTING = [(b"", 0), (b"a", 0), *((b"a/%02d" % number, 0) for number in range(40)), (b"b", 0), (b"b/old", -400 * DAY)]


def by_folder(leaf: Leaf) -> Iterator[Stratum]:
    yield "folder", leaf.path.partition(b"/")[0]


def sampled(size: int, seed: int, listing: Iterable[tuple[bytes, int]] = LISTING) -> Sample:
    listed = list(listing)
    return draw(
        listed, sum(1 for _ in leaves(listed)), size, random.Random(seed), strata=by_folder, proven=lambda _: {}
    )


NAMES = st.lists(st.sampled_from([b"a", b"a-", b"b"]), min_size=1, max_size=3).map(b"/".join)


@given(st.sets(NAMES))
def test_leaves_are_what_nothing_is_below(paths: set[bytes]) -> None:
    above = {path[:cut] for path in paths for cut, byte in enumerate(path) if byte == ord("/")}
    listing = sorted({b"", *paths, *above}, key=path_key)
    found = [leaf.path for leaf in leaves((path, 0) for path in listing)]
    assert found == [path for path in listing if path and path not in above]
    for order in (listing, listing[::-1]):
        lines = (b"Thu Jan  1 00:00:00 1970 " + (path or b".") + b"\n" for path in order)
        assert Listing(b"".join(lines)).leaves == len(found)


def test_as_many_as_asked_for_are_drawn_and_none_twice() -> None:
    sample = sampled(10, seed=1)
    assert (len(sample.at_random), len(set(sample.at_random))) == (10, 10)
    everything = sampled(100, seed=1)
    assert sorted(everything.at_random) == [leaf.path for leaf in leaves(LISTING)]
    assert everything.for_strata == ()


def test_each_path_is_as_likely_as_any_other() -> None:
    counts = Counter(path for seed in range(2_000) for path in sampled(5, seed).at_random)
    assert len(counts) == 41
    assert all(170 < count < 320 for count in counts.values())  # 244 on average, five standard deviations


def test_each_stratum_that_chance_missed_is_represented() -> None:
    for seed in range(50):
        sample = sampled(2, seed)
        drawn = {*sample.at_random, *sample.for_strata}
        assert {path.partition(b"/")[0] for path in drawn} == {b"a", b"b"}


def test_of_a_stratum_what_was_never_proven_is_taken_before_what_was() -> None:
    listing = [(b"", 0), (b"a", 0), (b"b", 0), (b"b/new", 0), (b"b/proven", 0)]
    seeds = (seed for seed in range(1000) if sampled(1, seed, listing).at_random == (b"a",))
    for seed, _ in zip(seeds, range(20), strict=False):
        sample = draw(listing, 3, 1, random.Random(seed), strata=by_folder, proven=lambda _: {b"b/proven": 5.0})
        assert sample.for_strata == (b"b/new",)


def test_strata_are_folder_age_position_and_size() -> None:
    assert list(strata_of(Leaf(b"a/b/c", -10 * DAY), 0, 5, None)) == [("folder", b"a"), ("age", 2), ("position", 5)]
    assert list(strata_of(Leaf(b"a", 0), 0, 0, 12_345))[-1] == ("size", 5)
    assert next(iter(strata_of(Leaf(b"top", 0), 0, 0, None))) == ("folder", b"")
