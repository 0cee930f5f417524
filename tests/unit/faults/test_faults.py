"""The fault matrix as data: what objects there are, what damage is, and which cells a profile runs."""

from itertools import combinations

import pytest
from packaging.version import Version

from verify.faults import (
    CELLS,
    DAMAGES,
    KINDS,
    KNOWN_SILENT,
    Cell,
    Damage,
    KnownSilent,
    chosen,
    damaged,
    kind_of,
    known_silent,
)

# As duplicity 3.2.1 names them, with a prefix of the job's before some.
NAMES = {
    "duplicity-full.20240101T000000Z.vol1.difftar.gpg": ("full", "volume"),
    "duplicity-full.20240101T000000Z.manifest": ("full", "manifest"),
    "duplicity-full-signatures.20240101T000000Z.sigtar.gz": ("full", "signature"),
    "archive-host-duplicity-inc.20240101T000000Z.to.20240102T000000Z.vol12.difftar.gz": ("incremental", "volume"),
    "duplicity-inc.20240101T000000Z.to.20240102T000000Z.manifest.gpg": ("incremental", "manifest"),
    "sig-duplicity-new-signatures.20240101T000000Z.to.20240102T000000Z.sigtar.gpg": ("incremental", "signature"),
}


def test_every_kind_of_object_is_known_by_its_name() -> None:
    assert {name: kind_of(name) for name in NAMES} == NAMES
    assert set(NAMES.values()) == set(KINDS)


@pytest.mark.parametrize(
    "name",
    [
        "readme.txt",
        "duplicity-full.20240101T000000Z",
        "duplicity-inc.manifest",
        "duplicity-full.20240101T000000Z.manifest.part",
    ],
)
def test_what_is_no_part_of_a_set_is_of_no_kind(name: str) -> None:
    assert kind_of(name) is None


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_leaves_something_else(damage: Damage) -> None:
    data, other = bytes(range(256)) * 4, b"another object's"
    after = damaged(damage, data, other)
    assert after != data
    assert after == damaged(damage, data, other)


def test_one_bit_is_one_bit() -> None:
    data = bytes(1001)
    after = damaged("one-bit", data, b"")
    assert after is not None
    assert len(after) == len(data)
    assert sum(byte.bit_count() for byte in after) == 1


def test_the_matrix_has_each_cell_once() -> None:
    assert len(set(CELLS)) == len(set(map(str, CELLS))) == 6 * 7 * 2 * 2 * 2


def test_by_night_every_cell_is_run() -> None:
    assert chosen("nightly") == CELLS


def test_by_day_every_property_is_met_and_most_pairs() -> None:
    def met(cells: tuple[Cell, ...], together: int) -> set[tuple[object, ...]]:
        properties = [(each.kind, each.damage, each.archive, each.encrypted, each.use) for each in cells]
        return {some for each in properties for some in combinations(enumerate(each), together)}

    by_day = chosen("default")
    assert len(by_day) == 9
    assert met(by_day, 1) == met(CELLS, 1)
    assert len(met(by_day, 2)) > len(met(CELLS, 2)) / 2


@pytest.mark.parametrize("known", KNOWN_SILENT, ids=lambda known: known.id)
def test_what_is_known_to_go_unnoticed_has_a_source_and_an_example(known: KnownSilent) -> None:
    assert known.source
    assert known.example in CELLS
    assert known_silent(known.example, Version("3.2.1")) is known


def test_damage_has_to_be_noticed_by_most_restores() -> None:
    restores = [cell for cell in CELLS if cell.use == "restore"]
    unknown = [cell for cell in restores if known_silent(cell, Version("3.2.1")) is None]
    assert len(unknown) > len(restores) * 0.8
    assert all(cell in unknown for cell in restores if cell.kind == ("full", "volume"))
