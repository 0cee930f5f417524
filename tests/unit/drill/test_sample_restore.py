"""What is chosen to restore under a budget, and what the restores of it tell."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verify.archive.manifests import Manifest, Volume
from verify.archive.names import Span
from verify.archive.object_names import volume_name
from verify.archive.sets import Object, StoredSet
from verify.checks import Finding
from verify.drill.ledger.ledger import Ledger
from verify.drill.points.listing import Listing
from verify.drill.restoring.comparing import Comparison
from verify.drill.restoring.needs import Needs
from verify.drill.restoring.restorer import RestoredPath, Restorer
from verify.drill.restoring.sample_restore import (
    RestoreChoice,
    RestoreOutcome,
    RestorePoint,
    choose,
    missing_findings,
    none_at_random,
)
from verify.errors import CannotRunError
from verify.trees import Inventory

DAY = b"Thu Jan  1 00:00:00 1970 "
PATHS = [
    b".",
    *(b"%c" % letter for letter in b"abcdefgh"),
    *(b"%c/%d" % (letter, n) for letter in b"abcdefgh" for n in range(5)),
]
VOLUME = 20_000_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path, "file:///x")
    yield opened
    opened.close()


@pytest.fixture
def point() -> RestorePoint:
    """A point with a folder in each of its volumes."""
    listing = Listing(
        b"".join(DAY + path + b"\n" for path in sorted(PATHS, key=lambda each: each.replace(b"/", b"\0")))
    )
    needs = Needs([set_of(b"abcdefgh")])
    return RestorePoint(0, listing, needs, lambda leaf: [("folder", leaf.path[:1])], lambda _: True)


def set_of(folders: bytes) -> tuple[StoredSet, Manifest]:
    """Return a full set with a volume for each folder."""
    letters = dict(enumerate((b"%c" % letter for letter in folders), 1))
    volumes = {number: Volume(number, letter, letter + b"/4", None) for number, letter in letters.items()}
    stored = {number: Object(f"duplicity-full.20260101T000000Z.vol{number}.difftar", VOLUME) for number in letters}
    return StoredSet(Span(None, 0), stored), Manifest(volumes)


def chosen(
    point: RestorePoint, ledger: Ledger, volumes: int, *, size: int = 6, seed: int = 1, must: tuple[bytes, ...] = ()
) -> RestoreChoice:
    return choose(point, size, must, budget=volumes * VOLUME, draw_=random.Random(seed), ledger=ledger)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_chosen_fits_the_budget_and_holds_the_first_that_were_drawn(
    point: RestorePoint, ledger: Ledger, seed: int
) -> None:
    unlimited = chosen(point, ledger, 99, seed=seed)
    assert len(unlimited.drawn) == 6
    for volumes in range(1, 8):
        some = chosen(point, ledger, volumes, seed=seed)
        assert some.cost <= volumes * VOLUME
        assert list(some.drawn) == list(unlimited.drawn[: len(some.drawn)])
        assert all(any(path.startswith(folder) for folder in some.cover) for path in some.drawn)


def test_what_must_be_restored_is_whatever_it_costs(point: RestorePoint, ledger: Ledger) -> None:
    some = chosen(point, ledger, 0, must=(b"c/2",))
    assert (some.cover, list(some.drawn)) == ([b"c"], [])


def test_a_budget_for_nothing_but_what_must_be_restored_proves_nothing_of_all_files(
    point: RestorePoint, ledger: Ledger
) -> None:
    some = chosen(point, ledger, 1, must=(b"c/2",), seed=3)
    assert (some.wanted, some.drawn) == (2 * VOLUME, ())
    said = none_at_random(some, RestoreOutcome(some, [restored(b"c")]), VOLUME)
    assert said.startswith("none of the 40 paths of the point of 1970-01-01 00:00:00 UTC was restored at random: ")
    assert said.endswith("would download 40.0 MB, and 20.0 MB of the budget were left; raise --budget")


def test_where_only_what_must_be_restored_was_asked_for_that_is_enough(point: RestorePoint, ledger: Ledger) -> None:
    some = chosen(point, ledger, 1, must=(b"c/2",), size=0)
    assert none_at_random(some, RestoreOutcome(some, [restored(b"c")]), VOLUME) == ""
    nothing = chosen(point, ledger, 1, size=0)
    assert "restore_samples = 0" in none_at_random(nothing, None, VOLUME)


def test_where_the_time_was_used_up_before_the_first_that_is_said(point: RestorePoint, ledger: Ledger) -> None:
    some = chosen(point, ledger, 9)
    assert "raise --minutes" in none_at_random(some, RestoreOutcome(some), 9 * VOLUME)
    assert none_at_random(some, RestoreOutcome(some, [restored(each) for each in some.cover]), 9 * VOLUME) == ""


def test_what_cannot_be_named_comes_with_the_folder_that_it_is_in(point: RestorePoint, ledger: Ledger) -> None:
    without_a_file = replace(point, can_name=lambda path: path != b"c/2")
    assert point.named(b"c/2") == b"c/2"
    assert without_a_file.named(b"c/2") == b"c"
    without_a_folder = replace(point, can_name=lambda path: not path.startswith(b"c"))
    assert chosen(without_a_folder, ledger, 0, must=(b"c/2",)).is_everything
    assert chosen(without_a_folder, ledger, 0, must=(b"d/2",)).cover == [b"d"]


def test_what_comes_with_a_folder_is_lost_where_the_folder_is(point: RestorePoint, ledger: Ledger) -> None:
    stored, manifest = set_of(b"abcdefgh")
    needs = Needs([(stored, manifest)], {volume_name(stored, 3)})
    some = chosen(replace(point, needs=needs, can_name=lambda path: path != b"a/1"), ledger, 99, must=(b"a/1", b"d/2"))
    assert (b"a/1" in some.lost, b"a" in some.cover) == (False, True)
    everywhere = replace(point, needs=needs, can_name=lambda path: not path.startswith(b"a"))
    assert b"a/1" in chosen(everywhere, ledger, 99, must=(b"a/1", b"d/2")).lost


@pytest.mark.parametrize("seed", range(5))
def test_no_volume_is_downloaded_again_and_again(point: RestorePoint, ledger: Ledger, seed: int) -> None:
    stored, manifest = set_of(b"abcdefgh")
    needs = Needs([(stored, manifest)], {volume_name(stored, 3)})
    some = chosen(replace(point, needs=needs), ledger, 99, size=40, seed=seed)
    assert some.cost <= 1.2 * needs.bytes_of_all(some.cover)
    assert len(some.drawn) > 0


def test_folders_that_a_night_missed_are_restored_besides(point: RestorePoint, ledger: Ledger) -> None:
    some = chosen(point, ledger, 99, size=3)
    assert len(some.drawn) == 3
    assert len(some.cover) > len({path[:1] for path in some.drawn})


def test_everything_is_restored_by_one_command_where_that_is_cheapest(point: RestorePoint, ledger: Ledger) -> None:
    some = chosen(point, ledger, 99, size=40)
    assert some.is_everything
    assert point.population == 40


def test_a_path_that_must_be_restored_and_is_not_there_is_a_finding(point: RestorePoint) -> None:
    (finding,) = missing_findings([b"a/1", b"a/9"], point.listing, "sample-restores")
    assert finding.path == "a/9"


def restored(path: bytes, *, failed: bool = False) -> RestoredPath:
    result: Any = None  # which an outcome does not look at
    finding = Finding("sample-restores", path.decode(), "", "") if failed else None
    return RestoredPath(path, 0, "", Inventory.empty(), result, 0, finding)


def test_only_what_was_restored_before_the_first_that_was_not_counts_as_drawn(point: RestorePoint) -> None:
    outcome = RestoreOutcome(RestoreChoice(point, (b"a/1", b"b/1", b"c/1", b"a/2"), [b"a", b"b", b"c"], 0))
    assert outcome.drawn == 0
    outcome.restored = [restored(b"a"), restored(b"c")]
    assert outcome.drawn == 1
    outcome.restored += [restored(b"b")]
    assert outcome.drawn == 4


def test_bad_are_those_that_came_back_otherwise_or_not_at_all(point: RestorePoint) -> None:
    outcome = RestoreOutcome(RestoreChoice(point, (b"a/1", b"b/1", b"b/2"), [b"a", b"b"], 0))
    outcome.restored = [restored(b"a"), restored(b"b", failed=True)]
    outcome.comparison = Comparison(bad={b"a/1", b"a/3"}, bad_leaves={b"a/1", b"a/3"})
    assert (outcome.drawn, outcome.bad) == (3, 3)
    everything_ = RestoreOutcome(replace(outcome.chosen, cover=[b""]), [restored(b"")])
    everything_.comparison = outcome.comparison
    assert (everything_.drawn, everything_.bad) == (40, 2)


def test_what_had_to_be_restored_and_was_not_for_want_of_time_is_left(point: RestorePoint) -> None:
    must = (b"a/1", b"b/1", b"c/1")
    outcome = RestoreOutcome(RestoreChoice(point, (), [b"a", b"b"], 0, frozenset({b"c/1"}), must=must))
    assert outcome.left == [b"a/1", b"b/1"]
    outcome.restored = [restored(b"a"), restored(b"b", failed=True)]
    assert outcome.left == []


class Cramped:
    """A host without room."""

    scratch = "/scratch"

    @property
    def main(self) -> "Cramped":
        return self

    def free_space(self, path: str) -> int:
        assert path == "/scratch"
        return 100_000_000


def test_a_restore_for_which_there_is_no_room_is_refused_before_it_begins(point: RestorePoint) -> None:
    host: Any = Cramped()
    job: Any = None
    restorer = Restorer(host, job, 0.0)
    with pytest.raises(CannotRunError, match=r"/scratch has 100 MB, and 520 MB are needed: set TMPDIR"):
        restorer.restore("sample-restores", b"", 0, point.needs, into="newest", size=None, order=())


def test_what_needs_a_spoiled_volume_is_not_restored_and_counts_as_bad(point: RestorePoint, ledger: Ledger) -> None:
    stored, manifest = set_of(b"abcdefgh")
    needs = Needs([(stored, manifest)], {stored.volumes[3].name})
    some = chosen(replace(point, needs=needs), ledger, 99, size=40)
    assert some.lost == {b"c/%d" % number for number in range(5)}
    assert len(some.drawn) == 40
    assert not any(folder in (b"", b"c") for folder in some.cover)
    outcome = RestoreOutcome(some, restored=[restored(folder) for folder in some.cover])
    assert (outcome.drawn, outcome.bad) == (40, 5)


@pytest.mark.parametrize("seed", range(10))
def test_a_lost_volume_spoils_what_is_in_it_and_nothing_else(point: RestorePoint, ledger: Ledger, seed: int) -> None:
    stored, manifest = set_of(b"abcdefgh")
    del stored.volumes[3]
    needs = Needs([(stored, manifest)], {volume_name(stored, 3)})
    some = chosen(replace(point, needs=needs), ledger, 99, size=10, seed=seed, must=(b"c/1",))
    assert {path[:1] for path in some.lost} == {b"c"}
    assert b"c/1" in some.lost
    assert all(any(path.startswith(folder) for folder in some.cover) for path in some.drawn if path not in some.lost)
