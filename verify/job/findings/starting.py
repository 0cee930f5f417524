"""What starts a job's backups: its container, by itself or by somebody else, or nothing at all."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from verify.checks import Finding, Severity
from verify.job.credentials import printable_command, printable_text
from verify.job.image import ScheduleEntry
from verify.job.job import Job
from verify.job.runs.called import calls_by_name, unknown_backups

# Labels of programs that start a service, or a command in it, when it is due: swarm-cronjob, ofelia, deck-chores.
STARTS_IT = ("swarm.cronjob.", "ofelia.", "chadburn.", "deck-chores.")
SHOWN = 60  # characters of a command


def switched_off(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding where its stack file runs no container, and nothing else is named to start one."""
    scale = {"scale": job.settings.get("scale"), "replicas": _deploy(job).get("replicas")}
    off = next((name for name, count in scale.items() if count == 0), "")
    if off and not _is_started_by_labels(job):
        hint = f"write `{off}: 1`, or leave it out"
        yield replace(lacks("a container of the service", f"{off}: 0, so none runs", hint), severity=Severity.LOST)


def never_started(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding where it has a schedule, and its container runs what never looks at it."""
    own = [spelt(job, entry) for entry in job.scheduled if entry.what and not entry.default]
    if job.start.idle and own and not _is_started_by_labels(job):
        got = f"{_idle(job)}: the container starts neither {own[0]} nor duplicity"
        hint = f"leave out {_says_it(job)}: the image's own starts the schedule"
        yield replace(lacks("a container that starts the job", got, hint), severity=Severity.LOST)


def start_not_told(job: Job) -> str:
    """Given a job, return why its files do not say when its backups are made; empty where they do."""
    if _is_started_by_labels(job) or (job.start.loops and job.commanded):
        return ""
    if job.start.idle:
        return f"{_idle(job)}, which makes no backup: what starts the backups is not in the job's files"
    if reason := unknown_backups(job):
        return f"{reason}: whether and when it makes a backup is not known"
    if profiles := job.settings.get("profiles"):
        return f"docker compose starts it with --profile {profiles[0]} alone: what does so is not in the job's files"
    if job.commanded or job.start.periods:
        what = " and ".join(sorted(job.start.periods)) or "duplicity"
        return f"the container runs {what} once, when it is started: what starts it is not in the job's files"
    calls, _ = calls_by_name(job)
    foreign = [] if any(each.call.backs_up for each in calls) else [each for each in job.scheduled if each.what]
    runs = (f"JOB_{each.number}_WHAT runs {printable_command(each.what or '', job.secrets)}" for each in foreign)
    return next((f"{each}: whether it makes a backup is not known" for each in runs), "")


def not_started_again(job: Job) -> list[str]:
    """Given a job, return what to know where docker compose starts its schedule, and nothing starts it again."""
    policy = job.settings.get("restart") or _deploy(job).get("restart_policy")
    once = job.start.idle or job.start.unknown or job.start.periods or (job.commanded and not job.start.loops)
    if job.stack_file is None or job.reading != "dotenv" or policy not in (None, "no", False) or once:
        return []
    return ["no `restart` in the stack file: when the machine has started anew, the container has not; write `always`"]


def lacks(expected: str, got: str, hint: str) -> Finding:
    """Given what is expected, what is there and what to do, return a finding of `job-complete`."""
    return Finding("job-complete", expected=expected, got=got, hint=hint)


def spelt(job: Job, entry: ScheduleEntry) -> str:
    """Given a job and an entry, return how the job spells its WHEN: the image takes JOB_007_WHEN for that of JOB_7."""
    names = (name for name in job.variables if re.fullmatch(rf"JOB_0*{entry.number}_WHEN", name))
    return next(names, f"JOB_{entry.number}_WHEN")


def _deploy(job: Job) -> Mapping[str, Any]:
    return job.settings.get("deploy") or {}


def _is_started_by_labels(job: Job) -> bool:
    labels = f"{_deploy(job).get('labels', '')} {job.settings.get('labels', '')}"
    return any(each in labels for each in STARTS_IT)


def _says_it(job: Job) -> str:
    return "entrypoint" if job.entrypoint is not None else "command"


def _idle(job: Job) -> str:
    # A shell's text may hold a secret in any place.
    said = re.sub(r"(\s-\w*c)\s.*", r"\1 …", job.start.idle, flags=re.DOTALL)
    said = textwrap.shorten(printable_text(said, job.secrets), SHOWN, placeholder=" …")
    return f"the {_says_it(job)} is {said}"
