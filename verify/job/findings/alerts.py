"""What the image's jobrunner makes of a job's own alert variables: mails, pings of a check, pushes to a monitor.

Held to the jobrunner itself, as `fixtures/image-alerts.json` has recorded it.
"""

from collections.abc import Iterator
from dataclasses import replace
from string import Template

from verify.checks import Finding, Severity
from verify.job.image import ScheduleEntry
from verify.job.job import Job
from verify.secret import Secret

ADDRESSES = ("EMAIL_FROM", "EMAIL_TO")
OF_SERVER = ("SMTP_HOST", "SMTP_PORT", "EMAIL_SUBJECT")  # the image has a default of each, but not of the addresses
CHECK, MONITOR = "HEALTHCHECKS_URL", "UPTIME_KUMA_URL"
YES = ("1", "true")


def alert_findings(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding for each of its alerts that cannot arrive, or does harm."""
    if _starts_otherwise(job):
        return
    yield from _mail(job)
    for entry, period in started_entries(job):
        yield from _url(job, entry, period, CHECK, "the jobrunner stops at it, and this backup never runs")
        yield from _url(
            job, entry, period, MONITOR, "the jobrunner stops at it: no later job runs, and no mail is sent"
        )
    if mails_are_meant(job):
        yield from (_told(entry) for entry in job.scheduled if _tells_a_secret(job, entry))


def alerts_not_told(job: Job) -> str:
    """Given a job without findings of its alerts, return why these are not proven; empty where they are."""
    if not job.scheduled and not job.commanded:
        return "nothing starts a backup that could be told of"
    if _starts_otherwise(job):
        return "what starts the backups is not the image's jobrunner, which alone sends mails and pings"
    if not mails_are_meant(job) and not _pings(job):
        return "the job itself tells nobody how its backups went: let the drill tell, by [[notify]] in its policy"
    return ""


def _starts_otherwise(job: Job) -> bool:
    return bool(job.commanded or job.start.idle or job.start.unknown or not job.scheduled)


def _alert(expected: str, got: str, hint: str) -> Finding:
    return Finding("alerts-configured", expected=expected, got=got, hint=hint)


def _mail(job: Job) -> Iterator[Finding]:
    given = [name for name in ADDRESSES if job.text_of(name)]
    meant = [name for name in ("SMTP_HOST", "SMTP_USER", "SMTP_PASS") if job.text_of(name)]
    missing = [name for name in ADDRESSES if not job.text_of(name)]
    emptied = [name for name in OF_SERVER if name in job.variables and not job.text_of(name)]
    if given and (missing or emptied):
        lacks = " and ".join([*missing, *emptied])
        write = f"write {missing[0]}=you@example.org" if missing else f"leave out {emptied[0]}, or give it a value"
        yield _alert("mails of how backups went", f"none: no {lacks}, so that the image sends no mail, ever", write)
    elif meant and missing:
        got = f"{meant[0]} without {' and '.join(missing)}: the image sends no mail, ever"
        hint = "write EMAIL_FROM=… and EMAIL_TO=…, or let the drill tell, by [[notify]] in its policy"
        yield replace(_alert("mails of how backups went", got, hint), severity=Severity.TIDY_UP)
    elif mails_are_meant(job) and not mails_of_success(job) and not _pings(job):
        got = "mails of failures alone: a schedule that has stopped looks like backups that went well"
        hint = "add JOB_300_HEALTHCHECKS_URL=https://…, or let the drill tell, by [[notify]] in its policy"
        yield replace(_alert("somebody who notices that no backup runs", got, hint), severity=Severity.TIDY_UP)


def mails_are_meant(job: Job) -> bool:
    """Given a job, return whether the image has all that it takes to send a mail."""
    lacks = [name for name in OF_SERVER if name in job.variables and not job.text_of(name)]
    return all(job.text_of(name) for name in ADDRESSES) and not lacks


def mails_of_success(job: Job) -> bool:
    """Given a job that mails, return whether it does so of each run, not of failures alone."""
    return "SMTP_REPORT_SUCCESS" not in job.variables or job.text_of("SMTP_REPORT_SUCCESS").lower() in YES


def _pings(job: Job) -> bool:
    return any(url_to_ping(job, *each, kind)[1] for each in started_entries(job) for kind in (CHECK, MONITOR))


def started_entries(job: Job) -> Iterator[tuple[ScheduleEntry, str]]:
    """Given a job, yield each entry with each of the periods that start it."""
    periods = job.start.periods or {schedule.period for schedule in job.schedules if schedule.cron}
    return ((entry, period) for entry in job.scheduled for period in entry.when or () if period in periods)


def url_to_ping(job: Job, entry: ScheduleEntry, period: str, kind: str) -> tuple[str, str | None]:
    """Given an entry, its period and CHECK or MONITOR, return the variable that the jobrunner takes the URL from.

    The second value is the URL; None where it pings nobody.
    """
    of_period, of_entry = f"JOB_{entry.number}_{period.upper()}_{kind}", f"JOB_{entry.number}_{kind}"
    if job.text_of(of_period):
        return of_period, job.text_of(of_period)
    return of_entry, job.text_of(of_entry) if of_entry in job.variables else None


def _url(job: Job, entry: ScheduleEntry, period: str, kind: str, harm: str) -> Iterator[Finding]:
    name, url = url_to_ping(job, entry, period, kind)
    if url is None or url.lower().startswith(("http://", "https://")):
        return
    if url:
        yield _alert(
            f"{name} from https:// on", f"a text without it: {harm}", f"write {name}=https://…, all of the URL"
        )
    else:
        yield _alert(f"{name} with a URL, or no such line", f"an empty one: {harm}", f"leave out {name}")


def _tells_a_secret(job: Job, entry: ScheduleEntry) -> bool:
    """Return whether a secret is in the command, or in a variable that it names: the mail quotes it, all replaced."""
    names = [f"JOB_{entry.number}_WHAT", *Template(entry.what or "").get_identifiers()]
    return any(isinstance(job.variables.get(name), Secret) for name in names)


def _told(entry: ScheduleEntry) -> Finding:
    name = f"JOB_{entry.number}_WHAT"
    return _alert(
        "mails without a secret",
        f"{name} with a secret in it, which the image's mails quote",
        f"write a script that reads the secret from its environment, and call that in {name}",
    )
