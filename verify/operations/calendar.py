"""The days of a job that runs for long: daily, with a full backup and retention from time to time."""

from collections.abc import Iterator
from random import Random

from verify.operations.operation import Operation

WEEK, MONTH = 7, 30  # days
KEPT = 2  # fulls, with their incrementals


def calendar(random: Random, days: int) -> tuple[Operation, ...]:
    """Given a source of chance, return what is done in so many days, the recipe's way.

    A backup each day, a full one when the last is older than a month, and retention then; a random point is
    restored each week. Fewer than a hundred days have weeks in place of months.
    """
    return tuple(_of_days(random, days, MONTH if days > 3 * MONTH else WEEK))


def _of_days(random: Random, days: int, month: int) -> Iterator[Operation]:
    for day in range(days):
        yield Operation("scheduled", month)
        if day % WEEK == WEEK - 1:
            yield Operation("restore", random.randrange(1000))
        if day % month == month - 1:
            yield Operation("remove-all-but-n-full", KEPT)
