"""What a sample says of all: exact, and never too good in more than one of twenty nights."""

import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.drill.restoring.chances import claim, most_bad

NIGHTS = 4_000


def chance(population: int, all_bad: int, drawn: int, bad: int) -> Fraction:
    """Return the probability of at most so many bad draws, by counting all that can be drawn."""
    ways = sum(comb(all_bad, some) * comb(population - all_bad, drawn - some) for some in range(bad + 1))
    return Fraction(ways, comb(population, drawn))


@given(st.data())
def test_as_many_may_be_bad_as_would_show_no_more_in_one_of_twenty_samples(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 60))
    drawn = data.draw(st.integers(0, population))
    bad = data.draw(st.integers(0, drawn))
    most = most_bad(population, drawn, bad)
    assert bad <= most <= population - (drawn - bad)
    if most > bad:
        assert chance(population, most, drawn, bad) >= Fraction(1, 20)
    if most < population - (drawn - bad):
        assert chance(population, most + 1, drawn, bad) < Fraction(1, 20)


def test_examples_that_can_be_worked_out_by_hand() -> None:
    assert most_bad(100, 100, 0) == 0
    assert most_bad(100, 0, 0) == 100
    assert most_bad(1_000_000, 59, 0) == pytest.approx(
        1_000_000 * (1 - 0.05 ** (1 / 59)), rel=0.001
    )  # as if drawn back
    assert most_bad(60, 1, 0) == 57  # 3 good ones of 60 are drawn with probability 1/20, no less
    assert most_bad(20, 10, 0) == 3  # of 4 bad ones, 10 draws miss all with probability 14/323


@pytest.mark.parametrize("numbers", [(10, 11, 0), (10, 5, 6), (10, 5, -1)])
def test_numbers_that_cannot_be_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        most_bad(*numbers)


@pytest.mark.parametrize("all_bad", [1, 5, 20, 60])
@pytest.mark.parametrize("costly", [False, True], ids=["cost-alike", "bad-ones-cost-more"])
def test_by_simulation_the_claim_is_wrong_in_at_most_one_of_twenty_nights(all_bad: int, costly: bool) -> None:
    # A night draws in a random order until its budget is used up, as a drill does.
    population, budget, draw = 200, 40, random.Random(all_bad * 2 + costly)
    price = [3 if costly and number < all_bad else 1 for number in range(population)]
    wrong = 0
    for _ in range(NIGHTS):
        drawn, spent = [], 0
        for number in draw.sample(range(population), population):
            if spent + price[number] > budget:
                break
            drawn.append(number)
            spent += price[number]
        bad = sum(number < all_bad for number in drawn)
        wrong += all_bad > most_bad(population, len(drawn), bad)
    assert wrong / NIGHTS <= 0.05 + 0.01  # three standard deviations of the simulation itself


def test_the_claim_is_a_sentence() -> None:
    assert claim(48_000, 300, 0) == (
        "300 of 48,000 drawn at random and restored, 0 bad: with 95% confidence fewer than 0.99 % are bad"
    )
    assert claim(48_000, 48_000, 0) == "all 48,000 restored, 0 bad"
