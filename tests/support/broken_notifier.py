"""A pytest plugin that breaks the notifier in the way that its environment names."""

import os
from typing import Any

from verify.notify import message
from verify.notify.summary import DrillSummary
from verify.notify.teller import Teller

NAMED_BY = "DUPLICITY_VERIFY_BROKEN_NOTIFIER"


def green_for_findings() -> None:
    """Say that all is well where there are findings."""
    broken: Any = DrillSummary
    broken.is_green = property(lambda self: all(not run.troubles for run in self.runs.values()))


def green_by_exit_code() -> None:
    """Say that all is well wherever the exit code is 0."""
    broken: Any = DrillSummary
    broken.is_green = property(lambda self: all(not run.exit_code for run in self.runs.values()))


def loses_could_not_run() -> None:
    """Say nothing of a drill that could not run."""
    broken: Any = Teller
    broken.could_not_run = lambda *_, **__: None


def last_destination_wins() -> None:
    """Say of several destinations only how the last one ended."""
    broken: Any = DrillSummary
    whole = broken.is_green.fget
    broken.is_green = property(lambda self: whole(DrillSummary(self.about, dict([*self.runs.items()][-1:]))))


def leaks_the_passphrase() -> None:
    """Leave secrets in what is sent."""
    broken: Any = message
    broken.masked = lambda text, _: text


BREAKS = {
    each.__name__: each
    for each in (
        green_for_findings, green_by_exit_code, loses_could_not_run, last_destination_wins, leaks_the_passphrase,
    )
}  # fmt: skip

if os.environ.get(NAMED_BY):
    BREAKS[os.environ[NAMED_BY]]()
