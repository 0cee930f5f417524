"""What can be said about a job without running it: pure functions from a Job to findings."""

import re
from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.credentials import printable_text
from verify.job.image import Schedule, ScheduleEntry
from verify.job.job import Job
from verify.job.unset import DESTINATIONS, emptied, unset_findings
from verify.secret import Secret

# Variables whose values a finding may show; of any other one only the name.
_SHOWN = ("SRC", "DST", "TMPDIR", "OPTIONS", "OPTIONS_EXTRA", "JOB_", "CRONTAB_")


def findings_of(job: Job) -> list[Finding]:
    """Given a job, return what is wrong with it by itself: `env-file-reads-alike` and `job-complete`."""
    return [*two_readings(job), *incomplete(job)]


def two_readings(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each variable that the two readings give different values."""
    if job.other_reading_trouble:
        yield Finding(
            "env-file-reads-alike",
            expected="both readings accept the env file",
            got=f"one refuses it: {job.other_reading_trouble}",
            hint="correct the line, or keep to one way of starting the container",
        )
    unset = {each.variable for each in job.unset}  # a finding of its own
    for name, how in job.differing_names.items():
        if name in unset:
            continue
        yield Finding(
            "env-file-reads-alike",
            expected=f"the same {name} from docker stack deploy and docker compose",
            got=f"{how}{_both_values(job, name)}",
            hint=_one_reading(how, name),
        )


def _both_values(job: Job, name: str) -> str:
    """Return the two values for a finding, empty where one of them is or may hold a secret."""
    here, there = job.variables.get(name), (job.other_reading or {}).get(name)
    if not name.startswith(_SHOWN) or isinstance(here, Secret) or isinstance(there, Secret):
        return ""
    raw, dotenv = (here, there) if job.reading == "raw" else (there, here)
    secrets = job.secrets
    texts = [printable_text(value, secrets) if value is not None else "nothing" for value in (raw, dotenv)]
    return f" ({texts[0]} and {texts[1]})"


def _one_reading(how: str, name: str) -> str:
    """Given how the readings differ, return what to write so that they don't."""
    if "quotes" in how:
        return f"write {name}=value without quotes around the value: both keep its blanks"
    if "comment" in how:
        return "put the comment on a line of its own"
    if "`$`" in how:
        return f"write {name} without `$`; no spelling of a `$` means the same to both"
    return f"write {name}=value, without blanks around the value"


def cannot_begin(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each thing without which duplicity is never even started as meant."""
    yield from (finding for finding in unset_findings(job) if finding.severity is Severity.LOST)
    consequences = emptied(job)
    if (not job.source or "SRC" in job.defaults) and "SRC" not in consequences:
        yield from list(_source(job))[:1]
    yield from () if DESTINATIONS & consequences else _destination(job)
    yield from _options(job)


def incomplete(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each thing that it lacks to make a backup."""
    yield from unset_findings(job)
    consequences = emptied(job)
    yield from () if "SRC" in consequences else _source(job)
    yield from () if DESTINATIONS & consequences else _destination(job)
    yield from () if "PASSPHRASE" in consequences else _encryption(job)
    yield from _options(job)
    yield from _runs(job)


def _incomplete(expected: str, got: str, hint: str) -> Finding:
    return Finding("job-complete", expected=expected, got=got, hint=hint)


def _no_backup(expected: str, got: str, hint: str) -> Finding:
    """As `_incomplete`, of what leaves no backup at all."""
    return replace(_incomplete(expected, got, hint), severity=Severity.LOST)


def _source(job: Job) -> Iterator[Finding]:
    mounted = any(_brings_files(job, volume.target) for volume in job.volumes)
    if not job.source or ("SRC" in job.defaults and not mounted):
        default = "" if not job.source else f" (the image's default is {job.source}, an empty folder)"
        yield _no_backup("SRC, the folder to back up", f"no SRC{default}", "write SRC=/the/folder into the env file")
    elif not job.source.startswith("/"):
        got = f"SRC={job.source}, which depends on the folder that duplicity is started in"
        yield _incomplete("SRC, an absolute path", got, f"write SRC=/{job.source} if that is the folder")
    elif job.stack_file and not mounted:
        hint = f"add the volume `- {job.source}:{job.source}:ro` to the service in {job.stack_file}"
        yield _no_backup(f"a volume that mounts {job.source}", "a stack file without it", hint)


def _brings_files(job: Job, target: str) -> bool:
    """Return whether a volume mounted at `target` holds the source, or a part of it that is not excluded."""
    if _holds(target, job.source):
        return True
    return _holds(job.source, target) and not any(_holds(excluded, target) for excluded in job.excluded_paths)


def _holds(folder: str, path: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def _destination(job: Job) -> Iterator[Finding]:
    if not any(job.destinations.values()):
        name = "DST_1" if job.destination == "multi" else "DST"
        hint = f"write {name}=scheme://…, such as {name}=s3:///bucket/prefix, into the env file"
        yield _no_backup(f"{name}, the URL to back up to", f"no {name}", hint)


def _encryption(job: Job) -> Iterator[Finding]:
    if not job.encrypted or job.passphrase or job.encrypts_to_key or _each_has_a_passphrase(job):
        return
    hint = "write PASSPHRASE=… into the env file, or, to store it readable, --no-encryption into OPTIONS"
    yield _no_backup("PASSPHRASE, or --no-encryption in OPTIONS", "neither of them", hint)


def _each_has_a_passphrase(job: Job) -> bool:
    """Return whether the job has several destinations, and each a passphrase of its own."""
    several = job.destinations if job.destination == "multi" else {}
    return bool(several) and all(job.text_of(f"{name}_PASSPHRASE") for name in several)


def _options(job: Job) -> Iterator[Finding]:
    if job.options_trouble:
        yield _no_backup("OPTIONS that a shell accepts", f"OPTIONS: {job.options_trouble}", "close the quote")


def _runs(job: Job) -> Iterator[Finding]:
    """Return a finding for each entry that cannot run as meant, and one if none ever runs."""
    cron = {schedule.period: schedule for schedule in job.schedules if schedule.cron}
    for entry in job.entries:
        yield from _entry(entry, cron, _spelt(job, entry))
    if not any(entry.what and set(entry.when or ()) & cron.keys() for entry in job.entries):
        yield _no_backup(
            "a job that a schedule starts",
            "none: the container would run and never back up",
            "write JOB_300_WHAT=backup and JOB_300_WHEN=daily into the env file",
        )
    for schedule in cron.values():
        yield from _cron(schedule)


def _spelt(job: Job, entry: ScheduleEntry) -> str:
    """Return how the job spells an entry's WHEN: the image takes JOB_007_WHEN for that of JOB_7."""
    names = (name for name in job.variables if re.fullmatch(rf"JOB_0*{entry.number}_WHEN", name))
    return next(names, f"JOB_{entry.number}_WHEN")


def _entry(entry: ScheduleEntry, cron: dict[str, Schedule], when: str) -> Iterator[Finding]:
    name = f"JOB_{entry.number}"
    if not entry.what and entry.when != ():
        got = f"{when} and no {name}_WHAT: the image fails on it before any job of that period runs"
        yield _incomplete(f"{name}_WHAT, the command", got, f"write {name}_WHAT=backup (no zeros before the number)")
    if entry.when is None:
        got = f"{name}_WHAT alone: it never runs"
        yield _incomplete(
            f"{name}_WHEN, the period", got, f"write {name}_WHEN=daily, or leave it empty to switch it off"
        )
    for period in entry.when or ():
        if period not in cron:
            yield _incomplete(
                f"a period that has a schedule ({', '.join(cron)})",
                f"{when}={period}: it never runs, and the image says nothing",
                f"correct the name, or add CRONTAB_{period.upper()} (image v4.1.0 or newer)",
            )


def _cron(schedule: Schedule) -> Iterator[Finding]:
    fields = len(schedule.cron.split())
    if fields != 5 and not schedule.cron.startswith("@"):  # noqa: PLR2004 - a cron line has five fields
        name = f"CRONTAB_{schedule.period.upper()}"
        got = f"{name} with {fields}"
        yield _incomplete("a cron line of five fields", got, f"write {name} as minute hour day month weekday")
