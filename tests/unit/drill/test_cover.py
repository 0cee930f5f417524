"""What to restore: all that is wanted, nothing twice, at the least cost, and as wide as it costs nothing."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from verify.archive.manifests import Manifest, Volume
from verify.archive.names import Span
from verify.archive.sets import Object, StoredSet
from verify.drill.restoring.cover import cheapest_cover
from verify.drill.restoring.needs import Needs
from verify.trees.model import path_key

PATHS = st.lists(st.sampled_from([b"a", b"a-", b"b", b"c"]), min_size=1, max_size=3).map(b"/".join)


def holds(folder: bytes, path: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")


def volumes(*spans: tuple[bytes, bytes, int]) -> tuple[StoredSet, Manifest]:
    """A set of volumes by their first and last path, and size."""
    numbered = dict(enumerate(spans, 1))
    objects = {number: Object(f"vol{number}", size) for number, (_, _, size) in numbered.items()}
    said = {number: Volume(number, first, last, None) for number, (first, last, _) in numbered.items()}
    return StoredSet(Span(None, 0), objects), Manifest(said)


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[StoredSet, Manifest]]:
    sets = []
    for _ in range(draw(st.integers(1, 3))):
        ends = sorted(draw(st.lists(PATHS, min_size=2, max_size=8)), key=path_key)
        pairs = list(zip(ends[::2], ends[1::2], strict=False))
        sets.append(volumes(*((first, last, draw(st.integers(1, 100))) for first, last in pairs)))
    return sets


@given(chains(), PATHS | st.just(b""))
def test_what_a_restore_needs_is_what_each_volume_says_it_may_hold(
    sets: list[tuple[StoredSet, Manifest]], path: bytes
) -> None:
    expected = [
        stored.volumes[number]
        for stored, manifest in sets
        for number, volume in manifest.volumes.items()
        if volume.may_hold(path)
    ]
    needs = Needs(sets)
    assert list(needs.objects(path)) == expected
    assert needs.bytes(path) == sum(each.size for each in expected)


@given(chains(), st.sets(PATHS, min_size=1, max_size=5), st.integers(0, 50))
def test_a_cover_holds_all_nothing_twice_and_none_is_cheaper(
    sets: list[tuple[StoredSet, Manifest]], wanted: set[bytes], command: int
) -> None:
    cost = Needs(sets).bytes
    cover = cheapest_cover(wanted, cost, command)
    assert all(any(holds(each, path) for each in cover) for path in wanted)
    assert not any(holds(one, other) or holds(other, one) for one, other in combinations(cover, 2))
    price = sum(cost(each) + command for each in cover)
    folders = {b"/".join(path.split(b"/")[:depth]) for path in wanted for depth in range(path.count(b"/") + 2)}
    for size in range(1, len(wanted) + 1):
        for other in combinations(sorted(folders), size):
            if all(any(holds(each, path) for each in other) for path in wanted):
                assert price <= sum(cost(each) + command for each in other)


def test_files_of_one_volume_are_restored_by_the_folder_that_it_holds() -> None:
    cost = Needs([volumes((b"", b"a/x", 100), (b"b/a", b"b/z", 100), (b"c", b"c", 100))]).bytes
    assert cheapest_cover([b"b/c", b"b/y"], cost, 10) == [b"b"]
    assert cheapest_cover([b"b/c", b"c"], cost, 10) == [b"b", b"c"]
    assert cheapest_cover([b"a/x", b"b/c", b"c"], cost, 10) == [b""]
