"""What a sample says about all files: how many may be bad if none, or few, of those drawn were.

It is exact, by the hypergeometric distribution: files are drawn at random, none twice. That a drill
stops when its budget is used up changes nothing: each draw is the next of a random order of all files, and for a
claim that is too good the first of that order would have to be good, however many follow.
"""

from bisect import bisect_left
from fractions import Fraction
from math import comb

CONFIDENCE = Fraction(95, 100)


def most_bad(population: int, drawn: int, bad: int, confidence: Fraction = CONFIDENCE) -> int:
    """Given how many files there are, were drawn, and were bad, return how many may be bad at the most.

    That is the largest number for which as few bad draws as these are not less likely than
    1 - `confidence`. Raise ValueError where the numbers cannot be.
    """
    if not 0 <= bad <= drawn <= population:
        raise ValueError(f"{bad} bad of {drawn} drawn of {population} cannot be")
    highest = population - (drawn - bad)

    def too_many(all_bad: int) -> bool:
        return not _as_likely(population, all_bad, drawn, bad, 1 - confidence)

    least, beyond = bad, bad + 1  # the first is always possible, the second is the next to try
    while beyond <= highest and not too_many(beyond):
        least, beyond = beyond, 2 * beyond
    more = range(least + 1, min(beyond, highest + 1))
    return least + bisect_left(more, True, key=too_many)


def _as_likely(population: int, all_bad: int, drawn: int, bad: int, chance: Fraction) -> bool:
    """Return whether at most `bad` of those drawn are bad with this chance or a better one, if `all_bad` of all are."""
    few, many = sorted((all_bad, drawn))  # each may be seen as drawn from where the other lies: the few cost less
    ways = sum(comb(many, some) * comb(population - many, few - some) for some in range(bad + 1))
    return ways >= chance * comb(population, few)


def claim(population: int, drawn: int, bad: int) -> str:
    """Given the numbers of a drill, return a sentence that claims no more than they prove."""
    if not drawn:
        return f"none of all {population:,} restored at random"
    if drawn == population:
        return f"all {population:,} restored, {bad:,} bad"
    least = most_bad(population, drawn, bad) + 1  # "fewer than" this many
    share = 100 * least / population
    percent = f"{share:.2g}" if share < 10 else f"{share:.0f}"  # noqa: PLR2004 - two digits say enough
    return (
        f"{drawn:,} of {population:,} drawn at random and restored, {bad:,} bad: "
        f"with {float(CONFIDENCE):.0%} confidence fewer than {percent} % are bad"
    )
