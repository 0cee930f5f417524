"""The backup as an owner's own tests see it: the fixture `backup`."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path

from verify.checks import FindingsError
from verify.drill.drill import Drill
from verify.drill.fetching import LATE
from verify.errors import NotProvenError
from verify.job import Job

OWN = "own-assertions"


class Backup:
    """The backup that the drill is of: its job, its points, and what the newest holds."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._numbers = count(1)

    @property
    def job(self) -> Job:
        """The job, as its files say."""
        return self._drill.job

    @property
    def points(self) -> list[datetime]:
        """The times of all points, oldest first, in UTC."""
        return [datetime.fromtimestamp(point, UTC) for point in self._drill.points]

    @property
    def newest(self) -> datetime:
        """The time of the newest point, in UTC."""
        return datetime.fromtimestamp(self._drill.newest, UTC)

    @cached_property
    def listing(self) -> Mapping[str, datetime]:
        """What the newest point holds: modification times by path, relative to the source."""
        return {
            os.fsdecode(path): datetime.fromtimestamp(time, UTC) for path, time in self._drill.listings.newest if path
        }

    def restore(self, path: str, at: datetime | None = None) -> Path:
        """Given a path, restore it from the newest point, or from the one of a time; return where it is here.

        Raise `FindingsError` (`own-assertions`) where it does not come back.
        """
        drill, night = self._drill, self._drill.night
        point = night.newest if at is None else int(at.timestamp())
        into = f"{night.host.scratch}/asked-{next(self._numbers)}"
        needs = drill.restore_points.needs(point)
        restored = night.restorer.restore(OWN, os.fsencode(path), point, needs, into=into, size=None, order=list)
        if restored is None:
            raise NotProvenError(f"{path} was not restored: {LATE}")
        night.count_restore(restored)
        if restored.finding:
            raise FindingsError((restored.finding,))
        return night.host.fetched(restored.target)
