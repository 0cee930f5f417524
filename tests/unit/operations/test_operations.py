"""The model of a destination's past, and operations as data."""

from random import Random

import pytest

from verify.operations import DAY, KINDS, Operation, Past, dealt, operations_of, shown
from verify.operations.model import BEGUN


def past(fulls: str) -> Past:
    """Return a past with a point a day: F is a full, i an incremental."""
    made = Past()
    for number, kind in enumerate(fulls):
        made.now = BEGUN + number * DAY
        made.take(number, full=kind == "F")
    return made


def numbers(made: Past) -> list[int]:
    return [taken.number for taken in made.kept]


def test_the_first_backup_is_a_full_and_the_next_ones_what_they_are() -> None:
    assert [[taken.full for taken in chain] for chain in past("iiFi").chains] == [[True, False], [True, False]]


@pytest.mark.parametrize(
    ("before", "left"),
    [
        (0, [0, 1, 2, 3, 4, 5]),
        (1, [0, 1, 2, 3, 4, 5]),  # 1 depends on 0
        (2, [2, 3, 4, 5]),
        (3, [2, 3, 4, 5]),  # a chain goes as a whole
        (4, [4, 5]),
        (9, [4, 5]),  # the newest stays
    ],
)
def test_chains_that_ended_before_a_time_are_removed_but_never_the_newest(before: int, left: list[int]) -> None:
    made = past("FiFiFi")
    made.remove_older_than(BEGUN + before * DAY)
    assert numbers(made) == left
    assert sorted([*numbers(made), *(taken.number for taken in made.removed)]) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("count", "left"), [(1, [4, 5]), (2, [2, 3, 4, 5]), (3, [0, 1, 2, 3, 4, 5]), (4, None)])
def test_only_the_last_chains_are_kept(count: int, left: list[int] | None) -> None:
    made = past("FiFiFi")
    made.remove_all_but_n_full(count)
    assert numbers(made) == (left or [0, 1, 2, 3, 4, 5])


def test_only_the_last_chains_keep_their_incrementals() -> None:
    made = past("FiiFiFi")
    made.remove_all_inc_of_but_n_full(1)
    assert numbers(made) == [0, 3, 5, 6]
    assert [taken.number for taken in made.removed] == [1, 2, 4]


def test_a_restore_gives_the_newest_point_before_a_time_else_the_oldest_that_is_left() -> None:
    made = past("FiFi")
    assert made.given_at(BEGUN + DAY + 1).number == 1
    made.remove_older_than(BEGUN + 2 * DAY)
    assert made.given_at(BEGUN).number == 2


def test_a_full_is_due_when_the_last_one_is_older() -> None:
    made = past("Fi")
    made.now = BEGUN + 7 * DAY
    assert not made.full_is_due(7)
    made.now += 1
    assert made.full_is_due(7)


def test_what_is_dealt_has_every_kind_in_it_and_begins_with_a_full() -> None:
    for seed in range(50):
        sequences = dealt(Random(seed), 3, 12)
        assert {each.kind for sequence in sequences for each in sequence} >= set(KINDS)
        assert all(sequence[0] == Operation("full") and len(sequence) == 14 for sequence in sequences)


def test_operations_are_read_as_they_are_shown() -> None:
    for sequence in dealt(Random(1), 4, 12):
        assert operations_of(shown(sequence)) == sequence


@pytest.mark.parametrize("text", ["full,incremental", "fuller", "restore x", "", 7])
def test_what_is_no_operation_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="no operation"):
        operations_of(text)
