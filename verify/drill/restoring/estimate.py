"""How long a restore of everything would take (RTO), estimated from the restores that drills have made."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verify.checks import Finding
from verify.drill.ledger.ledger import PastRestore
from verify.durations import time_words
from verify.errors import NotProvenError

SURE = 2.0  # standard deviations on either side: 19 of 20 restores
STEADY = 0.1  # of a rate's logarithm: no rate is known better than to a tenth
UNKNOWN = 0.5  # where one restore is all there is to go by
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A restore of everything: the bytes that it downloads, and the seconds that it takes, about and between."""

    bytes: int
    seconds: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"about {time_words(self.seconds)} (between {time_words(self.low)} and {time_words(self.high)})"


def estimate(restores: Sequence[PastRestore], size: int) -> Estimate | None:
    """Given past restores and the bytes that everything has, return how long it would take; None if there are none.

    Rates differ by factors, so their logarithms are averaged, weighted by bytes: a restore of a few bytes is mostly
    the start of duplicity, and says little about the rate.
    """
    measured = [(each.bytes, math.log(each.bytes / each.seconds)) for each in restores if each.bytes and each.seconds]
    if not measured:
        return None
    total = sum(weight for weight, _ in measured)
    mean = sum(weight * rate for weight, rate in measured) / total
    number = total**2 / sum(weight**2 for weight, _ in measured)  # as many restores of one size tell as much
    variance = sum(weight * (rate - mean) ** 2 for weight, rate in measured) / total
    known = min(max(number - 1, 0.0), 1.0)
    spread = math.sqrt(variance * number / max(number - 1, 1.0))  # as of a sample
    deviation = max(spread, STEADY, UNKNOWN * (1 - known)) * math.sqrt(1 + 1 / number)
    seconds, factor = size / math.exp(mean), math.exp(SURE * deviation)
    return Estimate(size, seconds, seconds / factor, seconds * factor)


def time_findings(found: Estimate | None, allowed: float | None) -> list[Finding]:
    """Given an estimate and how many seconds a restore of everything may take, return a finding if that is too long.

    Raise `NotProvenError` where nothing is demanded, or nothing was measured.
    """
    if found is None:
        raise NotProvenError("no restore was measured yet")
    if allowed is None:
        raise NotProvenError(f"no max_restore_time in the policy; a restore of everything takes {found}")
    if found.seconds <= allowed:
        return []
    hint = "take full backups more often, or keep a copy nearer; a drill with --full-restore measures it"
    return [Finding("restore-time", "", f"everything restored within {time_words(allowed)}", str(found), hint)]


def cost_words(found: Estimate, price: float | None) -> str:
    """Given an estimate and the price of a download of 1 GB, return what a restore of everything costs."""
    return "" if price is None else f", and its download costs {price * found.bytes / GIGABYTE:.2f}"
