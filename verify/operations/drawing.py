"""Operations drawn at random, so that all kinds of them are met however few sequences there are.

They are no Hypothesis strategy: the histories of a pack share theirs, so they are drawn once for many examples,
and what fails is made shorter by leaving operations out.
"""

from collections.abc import Callable
from random import Random

from verify.operations.model import DAY
from verify.operations.operation import BACKUPS, KINDS, Operation

HOUR = 3600  # seconds
LEAP_DAY = 59 * DAY  # from the first day of 2024 to its 29th of February
# What a number is drawn from; an operation that is not named here has none.
NUMBERS: dict[str, Callable[[Random], int]] = {
    "scheduled": lambda random: random.choice((1, 2, 7)),  # days
    "killed": lambda random: random.randint(1, 3),  # upload: volume, signature, manifest
    "restore": lambda random: random.randrange(100),  # which of the points that are kept
    "restore-path": lambda random: random.randrange(100),
    "list": lambda random: random.randrange(100),
    "fresh-host": lambda random: random.randrange(100),
    "remove-older-than": lambda random: random.randrange(100),
    "remove-all-but-n-full": lambda random: random.randint(1, 2),
    "remove-all-inc-of-but-n-full": lambda random: random.randint(1, 2),
    "volsize": lambda random: random.choice((1, 2, 25)),  # MB
    # DST, a leap day, a month. Backups are a day apart, so none is of a time before the newest point: it would be lost.
    "clock": lambda random: random.choice((HOUR, -HOUR, LEAP_DAY, 30 * DAY)),
}
OTHERS = tuple(kind for kind in KINDS if kind not in BACKUPS)
PLAIN = ("incremental", "incremental", "full")  # what is in between


def dealt(random: Random, count: int, length: int) -> list[tuple[Operation, ...]]:
    """Given a source of chance, return so many sequences of about that length, with each kind in one at least.

    Each begins with a full, and its backups are about half of it: without points nothing else has a meaning.
    """
    hands: list[list[str]] = [[] for _ in range(count)]
    for number, kind in enumerate(_shuffled(random, KINDS)):
        hands[number % count].append(kind)
    return [_sequence(random, hand, length) for hand in hands]


def _sequence(random: Random, hand: list[str], length: int) -> tuple[Operation, ...]:
    backups = [kind for kind in hand if kind in BACKUPS]
    others = [kind for kind in hand if kind not in BACKUPS]
    backups += [random.choice(PLAIN) for _ in range(length // 2 - len(backups))]
    others += [random.choice(OTHERS) for _ in range(length // 2 - len(others))]
    mixed = ["full", random.choice(PLAIN), *_shuffled(random, (*backups, *others))]
    return tuple(Operation(kind, NUMBERS[kind](random) if kind in NUMBERS else 0) for kind in mixed)


def _shuffled(random: Random, kinds: tuple[str, ...]) -> list[str]:
    return random.sample(kinds, len(kinds))
