"""The drills that a report folder remembers, as a table for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from verify.checks import Severity
from verify.drill.ledger.ledger import PastDrill
from verify.durations import age_words, time_words
from verify.report.columns import columns, size
from verify.report.wording import sign_of

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 30  # newest drills in a table, and points of a sparkline
COLUMNS: Mapping[str, Callable[[PastDrill], str]] = {
    "drill": lambda each: datetime.fromtimestamp(each.started, UTC).strftime("%Y-%m-%d %H:%M"),
    "verdict": lambda each: f"{sign_of(each.verdict)} {each.verdict}",
    "findings": lambda each: _if(each, "findings", _severities),
    "point": lambda each: _if(each, "age", age_words),
    "restored": lambda each: _if(each, "files_restored", lambda files: f"{files:,} files"),
    "bad": lambda each: _if(each, "bad", str),
    "volumes": lambda each: _if(each, "volumes", lambda all_: f"{each.figures.get('volumes_proven', 0):,} of {all_:,}"),
    "downloaded": lambda each: _if(each, "downloaded", size),
    "estimated full restore": lambda each: _if(each, "full_seconds", time_words),
}
TRENDS = {
    "age of the newest point": "age",
    "estimated full restore time": "full_seconds",
    "bytes of a full restore": "full_bytes",
}
WORDS: Mapping[str, Callable[[float], str]] = {
    "age": age_words, "full_seconds": time_words, "full_bytes": lambda number: size(int(number)),
}  # fmt: skip


def _if(drill: PastDrill, name: str, words: Callable[[Any], str]) -> str:
    value = drill.figures.get(name)
    return "-" if value is None else words(value)


def _severities(counts: Mapping[str, int]) -> str:
    """Given how many findings there were of each severity, return it in words, the gravest first."""
    some = [f"{counts[each]:,} {each.replace('-', ' ')}" for each in Severity if counts.get(each)]
    return ", ".join(some) or "-"


def table_of(drills: Sequence[PastDrill]) -> list[str]:
    """Given drills, oldest first, return a table of the newest as lines."""
    return list(columns([list(COLUMNS), *([column(each) for column in COLUMNS.values()] for each in drills[-SHOWN:])]))


def trends_of(drills: Sequence[PastDrill]) -> list[str]:
    """Given drills, oldest first, return a line with a sparkline for each figure that at least two have."""
    lines = []
    for title, name in TRENDS.items():
        values = [each.figures[name] for each in drills if each.figures.get(name) is not None][-SHOWN:]
        if values[1:]:
            first, last = WORDS[name](values[0]), WORDS[name](values[-1])
            lines.append(f"{title:28} {sparkline(values)}  from {first} to {last}")
    return lines


def sparkline(values: Iterable[float]) -> str:
    """Given numbers, return a bar for each, the least the lowest and the largest the highest."""
    numbers = list(values)
    least, spread = min(numbers), max(numbers) - min(numbers)
    if not spread:
        return BARS[len(BARS) // 2] * len(numbers)
    return "".join(BARS[round((number - least) / spread * (len(BARS) - 1))] for number in numbers)
