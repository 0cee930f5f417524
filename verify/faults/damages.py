"""The ways in which an object gets damaged."""

import random
from typing import Literal

Damage = Literal["missing", "truncated", "zero-length", "one-bit", "swapped", "stale", "garbage"]

DAMAGES: tuple[Damage, ...] = ("missing", "truncated", "zero-length", "one-bit", "swapped", "stale", "garbage")
SEED = 6  # of the garbage: the same on every run


def damaged(damage: Damage, data: bytes, other: bytes) -> bytes | None:
    """Given an object's bytes and those of the one that may lie in its place, return what lies there now.

    None means that nothing does. Whoever swaps two objects calls this for each of them.
    """
    match damage:
        case "missing":
            return None
        case "truncated":
            return data[: len(data) // 2]
        case "zero-length":
            return b""
        case "one-bit":
            middle = len(data) // 2
            return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        case "swapped" | "stale":
            return other
        case "garbage":
            return random.Random(SEED).randbytes(len(data))  # noqa: S311 - it is to be the same, not unguessable
