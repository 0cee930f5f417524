"""Volumes and manifests, spoilt in drawn ways: the reader never crashes, and calls nothing whole that is not."""

import gzip
import hashlib
from collections.abc import Iterator

import pytest
from duplicity_forks import DuplicityForks
from hypothesis import given, settings
from hypothesis import strategies as st
from second_opinion import WAYS, Chained, from_source

from verify.archive.reader.chain import ChainContents
from verify.lab.hosts.host import Host
from verify.trees import History, Tree, file, folder, symlink
from verify.trees.edits import Create, Delete, Overwrite, Together
from verify.trees.model import Segment

SMALL = History(
    Tree({b"a": folder(), b"a/large": file((1, 1_400_000)), b"b": file((2, 70_000)), b"c": symlink(b"b")}),
    (
        Together((Overwrite(b"a/large", 600_000, Segment(3, 1_200_000)), Create(b"d", file((4, 3000))))),
        Together((Overwrite(b"b", 10, Segment(5, 100)), Delete(b"d"))),
    ),
)
BY_DAY = 60  # mutations
BY_NIGHT = {False: 10_000, True: 2_000}  # by whether it is encrypted, which takes ten times as long


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuplicityForks]:
    with DuplicityForks(tmp_path_factory.mktemp("d") / "f", "3.2.1") as ready:
        yield ready


@pytest.fixture(scope="module", params=["several volumes, prefixes", "encrypted"])
def chained(
    request: pytest.FixtureRequest, forks: DuplicityForks, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Chained:
    chained = Chained(forks, host, tmp_path_factory.mktemp("c") / "chain", WAYS[request.param])
    chained.back_up(SMALL)
    return chained


@st.composite
def spoilings(draw: st.DrawFn) -> tuple[str, int, int, int]:
    """Draw what is done to which file, and two places, in parts of a million."""
    how = draw(st.sampled_from(["flip", "cut", "drop", "swap", "garbage", "insert", "empty"]))
    return how, draw(st.integers(0, 99)), draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))


def spoil(files: dict[str, bytes], names: list[str], drawn: tuple[str, int, int, int]) -> None:
    how, which, place, more = drawn
    name, other = names[which % len(names)], names[more % len(names)]
    data = files[name]
    at = place * len(data) // (10**6 + 1)
    if how == "drop":
        del files[name]
    elif how == "swap":
        files[name], files[other] = files[other], data
    else:
        files[name] = {
            "flip": data[:at] + bytes(each ^ (1 + more % 255) for each in data[at : at + 1]) + data[at + 1 :],
            "cut": data[:at],
            "garbage": data + bytes([more % 256]) * (1 + place % 600),
            "insert": data[:at] + bytes([more % 256]) * (1 + more % 600) + data[at:],
            "empty": b"",
        }[how]


def must_be_no_false_whole(chained: Chained, contents: ChainContents) -> None:
    for (_, source), point in zip(chained.points, contents.points, strict=False):
        if point.is_whole:
            assert from_source(chained, source, point) == []


def volumes_of(files: dict[str, bytes]) -> list[str]:
    return [name for name in files if ".difftar" in name]


def test_what_is_spoilt_is_never_called_whole(chained: Chained, pytestconfig: pytest.Config) -> None:
    lying = chained.lying()
    by_night = pytestconfig.option.profile == "nightly"

    @settings(max_examples=BY_NIGHT[chained.way.encrypted] if by_night else BY_DAY)
    @given(st.lists(spoilings(), min_size=1, max_size=2), st.sampled_from([".difftar", ".manifest", "duplicity"]))
    def each(drawn: list[tuple[str, int, int, int]], part: str) -> None:
        files = dict(lying)
        for one in drawn:
            names = [name for name in files if part in name and not ("manifest" in name and one[0] in ("drop", "swap"))]
            if names:
                spoil(files, names, one)
        with chained.read(files) as contents:
            must_be_no_false_whole(chained, contents)

    each()


def test_a_spoilt_volume_spoils_the_points_that_need_it_and_no_other(chained: Chained) -> None:
    lying = chained.lying()
    *_, newest = (name for name in volumes_of(lying) if "inc" in name)
    lying[newest] = lying[newest][:-1] + bytes([lying[newest][-1] ^ 1])
    with chained.read(lying) as contents:
        assert [point.is_whole for point in contents.points] == [True, True, False]
        (damage,) = contents.damages
        assert damage.object_name == newest
        assert "where its manifest says" in damage.got
        assert newest not in {each.name for each in contents.good}
        must_be_no_false_whole(chained, contents)


def made_to_fit(chained: Chained, lying: dict[str, bytes], name: str, data: bytes) -> None:
    """Put another volume in place, and its hash into the manifest."""
    old, new = (hashlib.sha1(each, usedforsecurity=False).hexdigest().encode() for each in (lying[name], data))
    lying[name] = data
    for manifest in [each for each in lying if ".manifest" in each]:
        lying[manifest] = lying[manifest].replace(old, new)


def test_a_volume_whose_hash_was_made_to_fit_is_read_without_a_crash(
    chained: Chained, pytestconfig: pytest.Config
) -> None:
    if chained.way.encrypted:
        pytest.skip("the hash stands in an encrypted manifest")
    lying = chained.lying()
    volumes = {name: gzip.decompress(lying[name]) for name in volumes_of(lying)}
    by_night = pytestconfig.option.profile == "nightly"

    @settings(max_examples=BY_NIGHT[False] if by_night else BY_DAY)
    @given(spoilings())
    def each(drawn: tuple[str, int, int, int]) -> None:
        files, spoilt = dict(lying), dict(volumes)
        spoil(spoilt, sorted(spoilt), drawn)
        for name, data in spoilt.items():
            if data != volumes[name]:
                made_to_fit(chained, files, name, gzip.compress(data, 1))
        with chained.read(files) as contents:
            for point in contents.points:
                assert len(point) <= 10  # all of it can be gone through

    each()


def test_a_wrong_passphrase_is_no_damage(chained: Chained) -> None:
    if not chained.way.encrypted:
        pytest.skip("nothing is encrypted")
    with chained.read(passphrase="another") as contents:
        assert contents.damages
        assert all(each.unread for each in contents.damages)
        assert not any(point.is_whole for point in contents.points)


def test_a_lost_volume_is_told_by_its_name(chained: Chained) -> None:
    lying = chained.lying()
    lost = volumes_of(lying)[0]
    del lying[lost]
    with chained.read(lying) as contents:
        assert (lost, "it is lost") in [(each.object_name, each.got) for each in contents.damages]
        assert not any(point.is_whole for point in contents.points)
        must_be_no_false_whole(chained, contents)
