"""What a sample says of all: how many may be bad where none, or few, of those drawn were.

Exact, by the hypergeometric distribution: files are drawn at random and none twice. That the drill
draws until its budget is used up changes nothing: each draw is from a random order of all files, and
too good a claim needs the first draws of that order to be good, however many follow.
"""

from math import comb

CONFIDENCE = 0.95


def most_bad(population: int, drawn: int, bad: int, confidence: float = CONFIDENCE) -> int:
    """Given how many files there are, were drawn, and were bad, return how many may be bad at the most.

    That is the largest number for which as few bad draws as these are not less likely than
    1 - `confidence`. Raise ValueError where the numbers cannot be.
    """
    if not 0 <= bad <= drawn <= population:
        raise ValueError(f"{bad} bad of {drawn} drawn of {population} cannot be")
    low, high = bad, population - (drawn - bad)  # `low` always may be, and no more than `high`
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(population, middle, drawn, bad) >= 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def _at_most(population: int, all_bad: int, drawn: int, bad: int) -> float:
    """Return the probability of drawing at most `bad` bad files, if `all_bad` of all are."""
    ways = sum(comb(all_bad, some) * comb(population - all_bad, drawn - some) for some in range(bad + 1))
    return ways / comb(population, drawn)


def claim(population: int, drawn: int, bad: int) -> str:
    """Given the numbers of a drill, return the sentence that a reader may rely on."""
    if drawn == population:
        return f"all {population:,} restored, {bad:,} bad"
    least = most_bad(population, drawn, bad) + 1  # "fewer than" this many
    share = 100 * least / population
    percent = f"{share:.2g}" if share < 10 else f"{share:.0f}"  # noqa: PLR2004 - two digits say enough
    return (
        f"{drawn:,} of {population:,} drawn at random and restored, {bad:,} bad: "
        f"with {CONFIDENCE:.0%} confidence fewer than {percent} % are bad"
    )
