"""Chains of volumes written by hand: what each point holds, and what is said of volumes that nobody writes so."""

import gzip
import hashlib
import tarfile
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import pytest

from verify.archive.manifests import Manifest, Unread, Volume
from verify.archive.names import Names
from verify.archive.reader.chain import Access, ChainContents, read_chain
from verify.archive.reader.damage import UnfetchedError
from verify.archive.reader.deltas import MAGIC
from verify.archive.reader.scratch import Scratch
from verify.archive.sets import Object, stored_of
from verify.onsite.blocks import digest_of
from verify.trees.inventory import Seen

PART = 64 * 1024
NAMES = (
    "duplicity-full.20260101T000000Z.vol%d.difftar.gz",
    "duplicity-inc.20260101T000000Z.to.20260102T000000Z.vol%d.difftar.gz",
    "duplicity-inc.20260102T000000Z.to.20260103T000000Z.vol%d.difftar.gz",
)
ROOT = ("snapshot/./", b"")


def tar(*members: tuple[str, bytes], claimed: int | None = None) -> bytes:
    """Return an archive of files, and of folders where a name ends with a slash; the last may claim another size."""
    archive = b""
    for number, (name, data) in enumerate(members, 1):
        info = tarfile.TarInfo(name)
        info.size = claimed if claimed is not None and number == len(members) else len(data)
        info.type, info.mtime = (tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE), 1_600_000_000
        archive += info.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % 512)
    return archive + bytes(10_240)


@dataclass
class Written:
    """Volumes in the order of their sets: each of a set, with its first path and its last, and its bytes."""

    sets: Sequence[Sequence[tuple[bytes, bytes, bytes]]]
    scratch: Scratch = field(default_factory=Scratch)
    lost: str = ""
    unread: str = ""

    def read(self) -> AbstractContextManager[ChainContents]:
        """Give what the reader makes of them."""
        files: dict[str, bytes] = {}
        manifests: list[Manifest | Unread] = []
        for number, volumes in enumerate(self.sets):
            named = {}
            for count, (first, last, data) in enumerate(volumes, 1):
                files[NAMES[number] % count] = data
                hashed = hashlib.sha1(data, usedforsecurity=False).hexdigest()
                named[count] = Volume(count, first, last, ("SHA1", hashed))
            manifests.append(Manifest(named))
            files[(NAMES[number] % 1).partition(".vol")[0] + ".manifest"] = b""
        files.pop(self.lost, None)

        def fetch(name: str) -> Iterator[bytes]:
            if name == self.unread:
                raise UnfetchedError("the store is gone", "start it")
            yield files[name]

        stored = stored_of([Object(name, len(data)) for name, data in files.items()], Names())
        by_span = {each.span: manifest for each, manifest in zip(stored.sets, manifests, strict=True)}
        return read_chain(stored.sets, by_span, Access(fetch, lambda *_: None, scratch=self.scratch))


def zipped(*members: tuple[str, bytes], claimed: int | None = None) -> bytes:
    return gzip.compress(tar(*members, claimed=claimed), 1)


def one(first: bytes, last: bytes, *members: tuple[str, bytes]) -> list[tuple[bytes, bytes, bytes]]:
    """Return a set of one volume."""
    return [(first, last, zipped(*members))]


def contents_of(point: object) -> dict[bytes, str | bytes]:
    """Return what lies at each path: a problem, or a file's digest."""
    assert hasattr(point, "records")
    return {seen.path: seen.problem or seen.digest for seen in map(Seen._make, point.records()) if seen.path}


FULL = one(b"", b"b", ROOT, ("snapshot/a", b"first"), ("snapshot/b", b"second"))
DELTA = MAGIC + b"\x45\x00\x05" + b"\x01!" + b"\0"  # all of the first file, and one byte


def test_each_point_holds_what_its_sets_make_of_it() -> None:
    second_set = one(b"a", b"b", ("diff/a", DELTA), ("deleted/b", b""))
    third_set = one(b"b", b"c", ("snapshot/b", b"again"), ("snapshot/c/", b""))
    with Written([FULL, second_set, third_set]).read() as contents:
        assert contents.damages == ()
        assert len(contents.good) == 3
        first, second, third = map(contents_of, contents.points)
        assert first == {b"a": digest_of([b"first"]), b"b": digest_of([b"second"])}
        assert second == {b"a": digest_of([b"first!"])}
        assert third == {b"a": digest_of([b"first!"]), b"b": digest_of([b"again"]), b"c": b""}
        assert [len(point) for point in contents.points] == [3, 2, 4]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("snapshot/../b", "leads out"), ("snapshot/b/../../c", "leads out"), ("snapshot//etc/passwd", "leads out"),
        ("snapshot/./b", "leads out"), ("elsewhere/b", "does not write"), ("multivol_snapshot/b", "does not write"),
        ("multivol_snapshot/b/0", "does not write"), ("diff/b/", "no file"), ("b", "does not write"),
    ],
)  # fmt: skip
def test_a_name_that_duplicity_does_not_write_is_damage_that_names_it(name: str, said: str) -> None:
    with Written([one(b"", b"b", ROOT, ("snapshot/a", b"first"), (name, b""))]).read() as contents:
        (damage,) = contents.damages
        assert damage.object_name == NAMES[0] % 1
        assert said in damage.got
        assert name in damage.got
        assert not contents.points[0].is_whole
        assert contents_of(contents.points[0]) == {b"a": digest_of([b"first"])}


@pytest.mark.parametrize(
    ("volumes", "said"),
    [
        (one(b"", b"a", ROOT, ("snapshot/b", b"second"), ("snapshot/a", b"first")), "out of order"),
        (one(b"", b"a", ROOT, ("snapshot/a", b"1"), ("snapshot/a", b"2")), "out of order"),
        (one(b"", b"c", ROOT, ("snapshot/a", b"first")), "begin and end"),
        (one(b"a", b"b", ROOT, ("snapshot/b", b"first")), "begin and end"),
        (one(b"", b"b"), "begin and end"),
        ([(b"", b"b", zipped(ROOT, ("snapshot/b", b""), claimed=10**12))], "1,000,000,000,000 bytes"),
        ([(b"", b"b", gzip.compress(tar(ROOT, ("snapshot/b", b"")))[:-9])], "do not end"),
        ([(b"", b"b", gzip.compress(tar(ROOT, ("snapshot/b", b""))) + b"x")], "1 bytes behind"),
        ([(b"", b"b", b"garbage")], "does not decompress"),
        ([(b"", b"b", b"")], "do not end"),
    ],
)
def test_a_volume_whose_hash_fits_and_that_makes_no_sense_is_damage(
    volumes: list[tuple[bytes, bytes, bytes]], said: str
) -> None:
    with Written([volumes]).read() as contents:
        assert said in contents.damages[0].got
        assert contents.good == ()
        assert not contents.points[0].is_whole


@pytest.mark.parametrize(
    "delta", [b"", MAGIC + b"\x45\x00\x06\0", MAGIC + b"\x05abc"], ids=["empty", "beyond the basis", "cut"]
)
def test_a_difference_that_makes_no_sense_spoils_its_path_from_then_on_and_no_other(delta: bytes) -> None:
    sets = [FULL, one(b"a", b"b", ("diff/a", delta), ("snapshot/b", b"new")), one(b"a", b"a", ("diff/a", DELTA))]
    with Written(sets).read() as contents:
        (damage,) = contents.damages
        assert (damage.set_number, damage.path) == (1, b"a")
        assert [point.is_whole for point in contents.points] == [True, False, False]
        assert contents_of(contents.points[2]) == {b"a": "ELOST", b"b": digest_of([b"new"])}


def test_a_difference_to_nothing_is_damage() -> None:
    with Written([FULL, one(b"c", b"c", ("diff/c", DELTA))]).read() as contents:
        assert [each.path for each in contents.damages] == [b"c"]


def test_what_was_lost_is_known_again_where_a_later_set_has_all_of_it() -> None:
    sets = [FULL, one(b"a", b"b", ("diff/a", DELTA), ("deleted/b", b"")), one(b"a", b"a", ("snapshot/a", b"new"))]
    with Written(sets, lost=NAMES[1] % 1).read() as contents:
        assert [each.got for each in contents.damages] == ["it is lost"]
        assert contents_of(contents.points[1]) == {b"a": "ELOST", b"b": "ELOST"}
        assert contents_of(contents.points[2]) == {b"a": digest_of([b"new"]), b"b": "ELOST"}
        assert [point.is_whole for point in contents.points] == [True, False, False]


def test_what_could_not_be_fetched_is_no_damage() -> None:
    with Written([FULL], unread=NAMES[0] % 1).read() as contents:
        (damage,) = contents.damages
        assert damage.unread
        assert (damage.got, damage.hint) == ("the store is gone", "start it")


def parts(path: str, data: bytes, first: int = 1) -> list[tuple[str, bytes]]:
    return [
        (f"multivol_snapshot/{path}/{first + start // PART}", data[start : start + PART])
        for start in range(0, len(data) + 1, PART)
    ]


LARGE = bytes(range(256)) * 1024  # four parts, and an empty fifth


def test_a_file_over_several_volumes_is_one() -> None:
    pieces = parts("a", LARGE)
    volumes = [(b"", b"a", zipped(ROOT, *pieces[:2])), (b"a", b"a", zipped(*pieces[2:4])),
               (b"a", b"b", zipped(*pieces[4:], ("snapshot/b", b"second")))]  # fmt: skip
    with Written([volumes]).read() as contents:
        assert contents.damages == ()
        assert contents_of(contents.points[0]) == {b"a": digest_of([LARGE]), b"b": digest_of([b"second"])}


@pytest.mark.parametrize("gone", range(5))
def test_a_part_that_is_missing_spoils_its_file_and_no_other(gone: int) -> None:
    pieces = parts("a", LARGE)
    del pieces[gone]
    volumes = one(b"", b"b", ROOT, *pieces, ("snapshot/b", b"second"))
    with Written([volumes]).read() as contents:
        assert [each.path for each in contents.damages] == [b"a"]
        assert not contents.points[0].is_whole
        assert contents_of(contents.points[0]).get(b"a", "ELOST") == "ELOST"
        assert contents_of(contents.points[0])[b"b"] == digest_of([b"second"])


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_volume_that_is_lost_is_told_once_and_spoils_what_was_in_it(lost: int) -> None:
    pieces = parts("a", LARGE)
    volumes = [(b"", b"a", zipped(ROOT, *pieces[:2])), (b"a", b"a", zipped(*pieces[2:4])),
               (b"a", b"b", zipped(*pieces[4:], ("snapshot/b", b"second")))]  # fmt: skip
    with Written([volumes], lost=NAMES[0] % lost).read() as contents:
        assert [(each.object_name, each.path) for each in contents.damages] == [(NAMES[0] % lost, None)]
        assert contents_of(contents.points[0]).get(b"a", "ELOST") == "ELOST"
        assert (b"b" in contents_of(contents.points[0])) == (lost != 3)


def test_where_the_scratch_is_full_nothing_is_called_damaged() -> None:
    with Written([FULL], scratch=Scratch(memory=100, disk=1000)).read() as contents:
        assert [each.unread for each in contents.damages] == [True]
        assert "scratch" in contents.damages[0].hint


def test_a_large_file_with_many_versions_takes_no_more_memory_than_it_may() -> None:
    size = 8 << 20
    whole = MAGIC + b"\x47\x00" + size.to_bytes(4, "big") + b"\x01!" + b"\0"
    sets = [one(b"", b"a", ROOT, *parts("a", bytes(size)))] + [one(b"a", b"a", ("diff/a", whole))] * 2
    scratch = Scratch(memory=1 << 18)
    tracemalloc.start()
    try:
        with Written(sets, scratch=scratch).read() as contents:
            assert contents.damages == ()
            newest = contents_of(contents.points[2])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert newest == {b"a": digest_of([bytes(size), b"!"])}
    assert peak < size
