"""How long the schedules of a job may start nothing."""

import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from verify.job.job import Job

LOOKED_AT = 400  # days: a year, and what a date that comes once a month is after it
BEGIN = datetime(2027, 1, 1)  # noqa: DTZ001 - a schedule's clock has no zone
MOST = 400  # starts of a day that are told apart; more are taken as every few minutes
MOST_OF_A_DAY = 1440  # all of them: one each minute
_SHORT = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMES = {name: number for number, name in enumerate(_DAYS)} | {name: n for n, name in enumerate(_MONTHS, 1)}
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")
_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_KINDS = ("minute", "hour", "day", "month", "weekday")
_DAYS_OF = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def longest_pause(job: Job) -> timedelta | None:
    """Given a job, return the longest time between two starts of its entries; None where that cannot be told."""
    if job.commanded or job.start.idle or job.start.unknown:
        return None
    periods = {period for entry in job.scheduled if entry.what for period in entry.when or ()}
    return pause_between([each.cron for each in job.schedules if each.cron and each.period in periods])


def pause_between(crons: Iterable[str]) -> timedelta | None:
    """Given cron lines, return the longest time between two starts; None without two, and for a line that is none."""
    try:
        read = [fields_of(cron) for cron in crons]
    except ValueError:
        return None
    starts = sorted({start for fields in read for start in _starts(fields)})
    return max((later - earlier for earlier, later in itertools.pairwise(starts)), default=None)


def why_never(cron: str) -> str:
    """Given a cron line of five fields, return why it never comes due as it is meant; empty where it does.

    Only what no cron can take: a number that its field does not have, and a date that is in no month.
    """
    words = cron.split()
    for word, (least, most), kind in zip(words, _FIELDS, _KINDS, strict=False):
        for number in re.findall(r"(?<![\w/])\d+", word):
            if not least <= int(number) <= most:
                return f"there is no {kind} {number}"
    try:
        _, _, dates, months, weekdays = (frozenset(_values(*each)) for each in _bounded(cron))
    except ValueError:
        return ""
    dated = len({day % 7 for day in weekdays}) == 7  # noqa: PLR2004 - of any day of a week: the date alone decides
    in_some_month = any(date <= _DAYS_OF[month] for date in dates for month in months)
    return "" if in_some_month or not dated else "no month of it has that day"


def next_start(cron: str, after: datetime) -> datetime | None:
    """Given a cron line and a time without a zone, return its first start after it; None if it has none or is none."""
    try:
        fields = fields_of(cron)
    except ValueError:
        return None
    return next((start for start in _starts(fields, after, MOST_OF_A_DAY) if start > after), None)


def fields_of(cron: str) -> list[frozenset[int]]:
    """Given a cron line, return its minutes, hours, dates, months and weekdays. Raise ValueError if it is none."""
    return [frozenset(_values(*each)) for each in _bounded(cron)]


def _bounded(cron: str) -> Iterator[tuple[str, int, int]]:
    """Yield each field of a cron line with its least and its greatest number."""
    words = _SHORT.get(cron.strip(), cron).split()
    if len(words) != len(_FIELDS):
        raise ValueError(cron)
    yield from ((word, *bounds) for word, bounds in zip(words, _FIELDS, strict=True))


def _values(word: str, least: int, most: int) -> Iterator[int]:
    for part in word.split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise ValueError(word)
        first = least if found[1] == "*" else _number(found[1])
        last = _number(found[2]) if found[2] else most if found[1] == "*" or found[3] else first
        values = range(first, last + 1, int(found[3] or 1) or 1)
        if not values or first < least or last > most:
            raise ValueError(word)
        yield from values


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NAMES.get(word.upper(), -1)


def _starts(fields: list[frozenset[int]], begin: datetime = BEGIN, most: int = MOST) -> Iterator[datetime]:
    """Yield when a cron line starts; of a date and a weekday either will do, as cron has it."""
    first = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    minutes, hours, dates, months, weekdays = fields
    days = {day % 7 for day in weekdays}
    any_date, any_day = len(dates) == 31, len(days) == 7  # noqa: PLR2004 - a month's and a week's days
    for number in range(LOOKED_AT):
        day = first + timedelta(days=number)
        of_date, of_week = day.day in dates, (day.weekday() + 1) % 7 in days
        chosen = of_date and of_week if any_date or any_day else of_date or of_week
        if day.month in months and chosen:
            at = sorted((hour, minute) for hour in hours for minute in minutes)
            kept = at if len(at) <= most else [(hour, min(minutes)) for hour in sorted(hours)]
            yield from (day + timedelta(hours=hour, minutes=minute) for hour, minute in kept)
