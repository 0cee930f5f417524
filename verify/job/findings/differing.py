"""What the two readings of a job's env file make of it: one finding for each way in which they differ."""

from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.credentials import printable_text
from verify.job.job import Job
from verify.secret import Secret

# Variables whose values a finding may show; of any other one only the name.
_SHOWN = ("SRC", "DST", "TMPDIR", "OPTIONS", "OPTIONS_EXTRA", "JOB_", "CRONTAB_")


def two_readings(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each variable that the two readings give different values."""
    if job.other_reading_trouble:
        yield Finding(
            "env-file-reads-alike",
            expected="both readings accept the env file",
            got=f"one refuses it: {job.other_reading_trouble}",
            hint="correct the line, or say by --started-by which of the two starts the container",
        )
    unset = {each.variable for each in job.unset}  # a finding of its own
    differing = {name: how for name, how in job.differing_names.items() if name not in unset}
    for how, is_cron in dict.fromkeys((how, _is_cron(name)) for name, how in differing.items()):
        names = [name for name, each in differing.items() if each == how and _is_cron(name) == is_cron]
        yield _differently_read(job, names, how)


def _named(names: list[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def _is_cron(name: str) -> bool:
    return name.startswith("CRONTAB_")


def _differently_read(job: Job, names: list[str], how: str) -> Finding:
    """Return one finding of all variables that differ in the same way."""
    found = Finding(
        "env-file-reads-alike",
        expected=f"the same {_named(names)} from docker stack deploy and docker compose",
        got=f"{how}{_both_values(job, names)}",
        hint=f"{_one_reading(how, names[0] if len(names) == 1 else 'NAME')}; or say by --started-by which starts it",
    )
    if _is_cron(names[0]) and "quotes" in how:
        got = f"{found.got}; image v4.1.0 and newer takes them off, and an older one starts nothing"
        return replace(found, got=got, severity=Severity.TIDY_UP)
    return found


def _both_values(job: Job, names: list[str]) -> str:
    """Return the two values of each variable for a finding, but of one that is or may hold a secret."""
    shown = {name: text for name in names if (text := _both_of(job, name))}
    told = [text if len(names) == 1 else f"{name}: {text}" for name, text in shown.items()]
    return f" ({'; '.join(told)})" if told else ""


def _both_of(job: Job, name: str) -> str:
    here, there = job.variables.get(name), (job.other_reading or {}).get(name)
    if not name.startswith(_SHOWN) or isinstance(here, Secret) or isinstance(there, Secret):
        return ""
    raw, dotenv = (here, there) if job.reading == "raw" else (there, here)
    secrets = job.secrets
    texts = [printable_text(value, secrets) if value is not None else "nothing" for value in (raw, dotenv)]
    return f"{texts[0]} and {texts[1]}"


def _one_reading(how: str, name: str) -> str:
    """Given how the readings differ, return what to write so that they don't."""
    if "quotes" in how:
        return f"write {name}=value without quotes around the value: both keep its blanks"
    if "comment" in how:
        return "put the comment on a line of its own"
    if "`$`" in how:
        return f"write {name} without `$`; no spelling of a `$` means the same to both"
    return f"write {name}=value, without blanks around the value"
