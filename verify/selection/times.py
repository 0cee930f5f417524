"""The time that --exclude-older-than is given (man page, TIME FORMATS)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

_UNITS = {"s": 1, "m": 60, "h": 3600, "D": 86400, "W": 7 * 86400, "M": 30 * 86400, "Y": 365 * 86400}
_INTERVAL = re.compile(r"(?:\d+[smhDWMY])+")
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})Z"),
)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?|\d{8}T\d{6}Z")


def seconds_of(text: str, now: int, zone: tzinfo = UTC) -> int | None:
    """Given a time as duplicity's command line takes it, return it in seconds since the epoch.

    `now` is what intervals count back from; it is the clock's, for --current-time is read later.
    `zone` is the time zone of the host that duplicity runs on. Return None where it is no time.
    """
    if text == "now":
        return now
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if _INTERVAL.fullmatch(text):
        return now - sum(_parts(text))
    when = _moment(text, zone)
    # The epoch itself is false to duplicity, and so no time at all.
    return int(when.timestamp()) or None if when else None


def is_interval(text: str) -> bool:
    """Given a time as duplicity's command line takes it, return whether it counts back from now."""
    return bool(_INTERVAL.fullmatch(text))


def _moment(text: str, zone: tzinfo) -> datetime | None:
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(text))), None)
    try:
        if found:
            return datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=zone)
        when = datetime.fromisoformat(text) if _DATETIME.fullmatch(text) else None
    except ValueError:
        return None
    return when.replace(tzinfo=zone) if when and not when.tzinfo else when


def _parts(interval: str) -> Iterator[int]:
    return (int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhDWMY])", interval))
