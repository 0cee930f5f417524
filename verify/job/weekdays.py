"""The days of the week on which a job's schedules start nothing."""

import re
from collections.abc import Iterator

from verify.job.container_start import ContainerStart
from verify.job.job import Job

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_NAMES = {day[:3].upper(): str(number) for number, day in enumerate(DAYS)}
_DAILY = 5  # a job that starts on fewer days of a week is not meant to start on each
_RANGE = re.compile(r"(\*|\d)(?:-(\d))?(?:/(\d+))?")


def idle_days(job: Job) -> list[str]:
    """Given a job that starts on most days of a week, return the days on which it does not.

    The image's own `daily` leaves out Sunday, which is the day of `weekly`. Nothing is said where the container starts
    something else than the schedule.
    """
    if job.commanded or job.start != ContainerStart():
        return []
    periods = {period for entry in job.entries if entry.what for period in entry.when or ()}
    started = {day for schedule in job.schedules if schedule.period in periods for day in _days_of(schedule.cron)}
    return [DAYS[day] for day in range(7) if day not in started] if len(started) >= _DAILY else []


def _days_of(cron: str) -> Iterator[int]:
    """Yield the days of the week that a cron line names, 0 for Sunday; none where it goes by the date."""
    if cron.startswith("@"):
        yield from {"@weekly": [0], "@daily": range(7), "@midnight": range(7), "@hourly": range(7)}.get(cron, [])
        return
    fields = cron.upper().split()
    if len(fields) != 5 or fields[2:4] != ["*", "*"]:  # noqa: PLR2004 - minute, hour, day, month, weekday
        return
    for part in re.sub("|".join(_NAMES), lambda name: _NAMES[name.group()], fields[4]).split(","):
        if found := _RANGE.fullmatch(part):
            first = 0 if found[1] == "*" else int(found[1])
            last = int(found[2]) if found[2] else 6 if found[1] == "*" or found[3] else first
            yield from (day % 7 for day in range(first, last + 1, int(found[3] or 1) or 1))


def weekday_notes(job: Job) -> list[str]:
    """Given a job, return what to know of the days on which it does not start."""
    days = idle_days(job)
    return (
        [f"no job starts on {' and '.join(days)}: add the period of that day to JOB_n_WHEN, such as weekly"]
        if days
        else []
    )
