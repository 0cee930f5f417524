"""What is wrong with a job's entries and schedules: what would fail, and what never runs although it is meant to."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.image import Schedule, ScheduleEntry
from verify.job.job import Job

STARTS_IT = "swarm.cronjob."  # labels of a program that starts a service when it is due, and then replicas are 0
NEAR = 0.7  # how much alike a misspelt period and one that has a schedule are: "dayly", and not "never"


def schedule_findings(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding for each entry that cannot run as meant, and one if none ever runs.

    An entry none of whose periods has a schedule never runs, so it cannot fail: it is switched off.
    """
    yield from _switched_off(job)
    if job.commanded:
        return
    cron = {schedule.period: schedule for schedule in job.schedules if schedule.cron}
    found = [each for entry in job.entries for each in _of_entry(job, entry, cron)]
    running = any(entry.what for entry in job.scheduled)
    yield from found
    if not running and not any(f"_WHEN={_misspelt(job, cron)}" in each.got for each in found):
        yield _nothing_runs(job, cron)
    for schedule in cron.values():
        yield from _of_cron(schedule)


def _switched_off(job: Job) -> Iterator[Finding]:
    """Yield a finding where the stack file runs no container of the service, and nothing else is named to start one."""
    deploy = job.settings.get("deploy") or {}
    scale = {"scale": job.settings.get("scale"), "replicas": deploy.get("replicas")}
    off = next((name for name, count in scale.items() if count == 0), "")
    if off and STARTS_IT not in str(deploy.get("labels", "")):
        hint = f"write `{off}: 1`, or leave it out"
        yield replace(_lacks("a container of the service", f"{off}: 0, so none runs", hint), severity=Severity.LOST)


def _lacks(expected: str, got: str, hint: str) -> Finding:
    return Finding("job-complete", expected=expected, got=got, hint=hint)


def _of_entry(job: Job, entry: ScheduleEntry, cron: dict[str, Schedule]) -> Iterator[Finding]:
    name, when = f"JOB_{entry.number}", _spelt(job, entry)
    runs = any(period in cron for period in entry.when or ())
    if runs and not entry.what:
        got = f"{when} and no {name}_WHAT: the image fails on it before any job of that period runs"
        yield _lacks(f"{name}_WHAT, the command", got, f"write {name}_WHAT=backup (no zeros before the number)")
    if entry.when is None:
        got, hint = f"{name}_WHAT alone: it never runs", f"write {name}_WHEN=daily, or leave it empty to switch it off"
        yield _lacks(f"{name}_WHEN, the period", got, hint)
    for period in entry.when or ():
        near = difflib.get_close_matches(period, cron, n=1, cutoff=NEAR)
        if period not in cron and (runs or near):
            got = f"{when}={period}: it never runs, and the image says nothing"
            write = f"write {when}={near[0]}" if near else "correct the name"
            hint = f"{write}, or add CRONTAB_{period.upper()} (image v4.1.0 or newer)"
            yield _lacks(f"a period that has a schedule ({', '.join(cron)})", got, hint)


def _spelt(job: Job, entry: ScheduleEntry) -> str:
    """Return how the job spells an entry's WHEN: the image takes JOB_007_WHEN for that of JOB_7."""
    names = (name for name in job.variables if re.fullmatch(rf"JOB_0*{entry.number}_WHEN", name))
    return next(names, f"JOB_{entry.number}_WHEN")


def _misspelt(job: Job, cron: dict[str, Schedule]) -> str:
    """Return the first period that is a misspelt one: that nothing runs is its consequence, and no further finding."""
    periods = [period for entry in job.entries for period in entry.when or ()]
    misspelt = (each for each in periods if each not in cron and difflib.get_close_matches(each, cron, cutoff=NEAR))
    return next(misspelt, " ")


def _nothing_runs(job: Job, cron: dict[str, Schedule]) -> Finding:
    """Return the finding of a job that never backs up, with what its entries wait for."""
    waiting = sorted({period for entry in job.entries if entry.what for period in entry.when or ()} - cron.keys())
    hint = "write JOB_300_WHAT=backup and JOB_300_WHEN=daily into the env file"
    got = "none: the container would run and never back up"
    if waiting:
        got = f"none: no schedule has the period {', '.join(waiting)}, so the container would run and never back up"
    return replace(_lacks("a job that a schedule starts", got, hint), severity=Severity.LOST)


def _of_cron(schedule: Schedule) -> Iterator[Finding]:
    fields = len(schedule.cron.split())
    if fields != 5 and not schedule.cron.startswith("@"):  # noqa: PLR2004 - a cron line has five fields
        name = f"CRONTAB_{schedule.period.upper()}"
        yield _lacks(
            "a cron line of five fields", f"{name} with {fields}", f"write {name} as minute hour day month weekday"
        )
