"""What is wrong with a job's entries and schedules: what would fail, and what never runs although it is meant to."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.findings.starting import lacks, never_started, spelt, switched_off
from verify.job.image import Schedule, ScheduleEntry
from verify.job.job import Job
from verify.job.pauses import why_never
from verify.job.runs.called import calls_by_name
from verify.job.runs.calls import programs_in
from verify.job.shellwords import without_quotes

BACKING_UP = ("backup", "duplicity")  # the programs that make one
_WORD = re.compile(r"\w+")
OWN = frozenset({"dup", "duplicity", "restore"})  # of these all that they do is known
ALIKE = 0.8  # how much alike a misspelt program and one of these are
NEAR = 0.7  # how much alike a misspelt period and one that has a schedule are: "dayly", and not "never"


def schedule_findings(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding for each entry that cannot run as meant, and one if none ever runs.

    An entry none of whose periods has a schedule never runs, so it cannot fail: it is switched off.
    """
    yield from switched_off(job)
    yield from never_started(job)
    if job.commanded or job.start.idle or job.start.unknown:
        return
    cron = {schedule.period: schedule for schedule in job.schedules if schedule.cron}
    found = [each for entry in job.entries for each in _of_entry(job, entry, cron)]
    running = any(entry.what for entry in job.scheduled)
    yield from found if running else (replace(each, severity=Severity.LOST) for each in found)
    if running:
        yield from _no_backup(job)
    elif not any(f"_WHEN={_misspelt(job, cron)}" in each.got for each in found):
        yield _nothing_runs(job, cron)
    wrong = {schedule.period: each for schedule in cron.values() for each in _of_cron(schedule)}
    starting = {period for entry in job.scheduled if entry.what for period in entry.when or () if period in cron}
    alone = starting and starting <= wrong.keys()  # nothing else starts the job
    yield from (replace(each, severity=Severity.LOST) if alone else each for each in wrong.values())


def _no_backup(job: Job) -> Iterator[Finding]:
    """Yield a finding where a schedule starts commands, and none of them makes a backup so far as all are known."""
    calls, unread = calls_by_name(job)
    if unread or any(each.call.backs_up for each in calls):
        return
    running = [each for each in job.scheduled if each.what]
    name = f"JOB_{running[0].number}_WHAT"
    programs = [program for each in running for program in programs_in(each.what or "")]
    misspelt = [program for program in programs if difflib.get_close_matches(program, BACKING_UP, cutoff=ALIKE)]
    if misspelt:
        yield _none_backs_up(f"{misspelt[0]}, which the image does not have", f"write {name}=backup")
    elif all(program in OWN for program in programs):
        got = " and ".join(f"JOB_{each.number}_WHAT" for each in running)
        yield _none_backs_up(
            f"{got}, which {'back' if running[1:] else 'backs'} up nothing",
            "write JOB_300_WHAT=backup and JOB_300_WHEN=daily",
        )


def _none_backs_up(got: str, hint: str) -> Finding:
    return replace(lacks("a job that makes a backup", got, hint), severity=Severity.LOST)


def _of_entry(job: Job, entry: ScheduleEntry, cron: dict[str, Schedule]) -> Iterator[Finding]:
    name, when = f"JOB_{entry.number}", spelt(job, entry)
    runs = any(period in cron for period in entry.when or ())
    if runs and not entry.what:
        got = f"{when} and no {name}_WHAT: the image fails on it before any job of that period runs"
        yield lacks(f"{name}_WHAT, the command", got, f"write {name}_WHAT=backup (no zeros before the number)")
    if entry.when is None:
        got, hint = f"{name}_WHAT alone: it never runs", f"write {name}_WHEN=daily, or leave it empty to switch it off"
        yield lacks(f"{name}_WHEN, the period", got, hint)
    written = job.text_of(when).strip()
    if without_quotes(written) not in ("", written):
        hint = f"write {when}={without_quotes(written)}, without quotes"
        yield lacks("a period that has a schedule", f"{when}={written}, and the quotes are part of it", hint)
        return
    for period in entry.when or ():
        near = difflib.get_close_matches(period, cron, n=1, cutoff=NEAR)
        if _is_joint(period, cron):
            got = f"{when}={written}: the image takes it apart at blanks alone, and {period} has no schedule"
            hint = f"write {when}={' '.join(_WORD.findall(written))}"
            yield lacks("periods with a blank between them", got, hint)
            return
        elif period not in cron and (runs or near):
            got = f"{when}={period}: it never runs, and the image says nothing"
            write = f"write {when}={near[0]}" if near else "correct the name"
            other = period.isidentifier() and period.lower() not in cron  # a period is in lower case
            hint = write + (f", or add CRONTAB_{period.upper()} (image v4.1.0 or newer)" if other else "")
            yield lacks(f"a period that has a schedule ({', '.join(cron)})", got, hint)


def _is_joint(period: str, cron: dict[str, Schedule]) -> bool:
    """Return whether a period is one or more of them with what is no blank behind each: daily,weekly."""
    parts = _WORD.findall(period)
    return bool(parts) and period not in cron and all(part in cron for part in parts)


def _misspelt(job: Job, cron: dict[str, Schedule]) -> str:
    """Return the first period that is a misspelt one: that nothing runs is its consequence, and no further finding."""
    periods = [period for entry in job.entries for period in entry.when or ()]
    misspelt = (
        each
        for each in periods
        if each not in cron
        and (_is_joint(each, cron) or difflib.get_close_matches(each, cron, cutoff=NEAR) or each[0] in "'\"")
    )
    return next(misspelt, " ")


def _nothing_runs(job: Job, cron: dict[str, Schedule]) -> Finding:
    """Return the finding of a job that never backs up, with what its entries wait for."""
    all_waiting = {period for entry in job.entries if entry.what for period in entry.when or ()}
    if job.start.periods:
        runs, others = (", ".join(sorted(each)) for each in (job.start.periods, all_waiting))
        got = f"none: the container's command runs the period {runs} alone, and the jobs wait for {others or 'none'}"
        hint = f"write the command as /etc/periodic/{min(all_waiting, default='daily')}/jobrunner, or leave it out"
        return replace(lacks("a job that the container starts", got, hint), severity=Severity.LOST)
    waiting = sorted(all_waiting - cron.keys())
    hint = "write JOB_300_WHAT=backup and JOB_300_WHEN=daily into the env file"
    got = "none: the container would run and never back up"
    emptied = [name for each in waiting if (name := f"CRONTAB_{each.upper()}") in job.variables]
    if emptied:
        got = f"none: {' and '.join(emptied)} {'are' if emptied[1:] else 'is'} empty, so the container never backs up"
        hint = f"leave out {emptied[0]}, or give it a cron line, such as 0 2 * * *"
    elif waiting:
        got = f"none: no schedule has the period {', '.join(waiting)}, so the container would run and never back up"
    return replace(lacks("a job that a schedule starts", got, hint), severity=Severity.LOST)


def _of_cron(schedule: Schedule) -> Iterator[Finding]:
    name, fields = f"CRONTAB_{schedule.period.upper()}", len(schedule.cron.split())
    if fields != 5 and not schedule.cron.startswith("@"):  # noqa: PLR2004 - a cron line has five fields
        yield lacks(
            "a cron line of five fields", f"{name} with {fields}", f"write {name} as minute hour day month weekday"
        )
    elif never := why_never(schedule.cron):
        yield lacks("a cron line that comes due", f"{name}={schedule.cron}: {never}", f"correct {name}")
