"""Moments, ages and times as a person says them."""

from datetime import UTC, datetime

MINUTE = 60
HOUR = 3600
DAY = 86_400


def moment(seconds: float) -> str:
    """Given seconds since the epoch, return the moment as a person reads it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def age_words(seconds: float) -> str:
    """Given seconds, return them as the age that a person would tell: `5 min`, `3.2 h`, `5.1 d`."""
    if seconds < HOUR:
        return f"{max(seconds, 0) / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} d"


def time_words(seconds: float) -> str:
    """Given seconds, return them as a person says how long something takes: `40 s`, `12 min`, `3.5 h`."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"
