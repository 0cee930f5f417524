"""Whether the newest point is young enough, and whether the job has run since the last drill."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from verify.checks import Finding
from verify.drill.ledger.ledger import PastDrill
from verify.durations import HOUR, age_words, moment
from verify.errors import NotProvenError

USUAL = 15  # newest points that tell how often the job runs: two weeks of nights
DUE = 0.9  # of the usual time between points: then one more may be expected
SOONEST = HOUR  # that two drills may differ by


def age_findings(newest: int, now: float, max_age: timedelta) -> list[Finding]:
    """Given the newest point's time, the time and how old it may be, return a finding if it is older."""
    allowed = max_age.total_seconds()
    if now - newest <= allowed:
        return []
    got = f"{age_words(now - newest)}: it is of {moment(newest)}"
    hint = "see why the job has not run since, or what it printed"
    return [Finding("fresh", "", f"a point of the last {age_words(allowed)}", got, hint)]


def job_ran_findings(points: Sequence[int], now: float, past: Sequence[PastDrill]) -> list[Finding]:
    """Given the points' times and the past drills, return a finding if a point is due and there is none.

    Raise `NotProvenError` where none is due yet, or there is nothing to compare with.
    """
    before = [drill for drill in past if drill.figures.get("newest")]
    if not before:
        raise NotProvenError("this is the first drill: the next one compares with it")
    if not points:
        raise NotProvenError("there is no point any more: see backup-exists")
    last = before[-1]
    newest, known = max(points), int(last.figures["newest"])
    if newest > known:
        return []
    usual = usual_interval(points)
    if usual is None or now - last.started < max(DUE * usual, SOONEST):
        every = f", and points come every {age_words(usual)}" if usual else ""
        raise NotProvenError(f"the last drill was {age_words(now - last.started)} ago{every}: none is due yet")
    got = f"none since {moment(known)}, though points come every {age_words(usual)}"
    expected = f"a point since the last drill, {age_words(now - last.started)} ago"
    return [Finding("job-ran", "", expected, got, "see whether the job was started, and what it printed")]


def usual_interval(points: Sequence[int]) -> float | None:
    """Given the points' times, return the time in seconds that usually lies between two of the newest at most.

    It is the second longest, so that one outage does not make the next one usual, and a schedule that
    rests on Sundays does. None where there are fewer than two points.
    """
    apart = sorted(later - earlier for earlier, later in pairwise(sorted(points)[-USUAL:]))
    return apart[-2] if apart[1:] else next(iter(apart), None)
