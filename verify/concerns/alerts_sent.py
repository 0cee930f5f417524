"""What a job's alerts say when its backup succeeds, fails and hangs, as receivers of the lab's own were told it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from verify.checks import Finding, Severity
from verify.errors import NotProvenError
from verify.job import Job
from verify.job.findings.alerts import (
    CHECK,
    MONITOR,
    mails_are_meant,
    mails_of_success,
    started_entries,
    url_to_ping,
)
from verify.job.image import ScheduleEntry
from verify.job.runs.commands import calls_of
from verify.lab.hosts.host import Host
from verify.lab.jobs.alert_trial import FAILS, HANGS, SAYS, SUCCEEDS, TOKEN, AlertTrial, Told, alert_trial
from verify.secret import is_told, masked

LONG = 6  # characters from which on a secret is looked for: a shorter one is part of other words by chance
LET_THE_DRILL_TELL = "let the drill tell, by [[notify]] in its policy"


def sent_findings(host: Host, job: Job) -> list[Finding]:
    """Given a container of the job's image and a job that wants to tell somebody, return what is wrong with that.

    Raise `NotProvenError` where it cannot be tried.
    """
    texts = {name: job.text_of(name) for name in job.variables}
    tried = [each for each in started_entries(job) if each[0].what and calls_of(each[0].what, texts)]
    if not tried:
        raise NotProvenError("no schedule starts a job that runs nothing but backup or dup")
    with alert_trial(host, job) as trial:
        found = [each for entry, period in tried for each in _Entry(trial, job, entry, period).findings()]
        found += _of_others(trial, job, tried)
    return list(dict.fromkeys(found))


class _Entry:
    """One entry of a job by itself, as one period starts it."""

    def __init__(self, trial: AlertTrial, job: Job, entry: ScheduleEntry, period: str) -> None:
        self._job, self._entry, self._period = job, entry, period
        self._ran = {ends: trial.run([entry], period, ends) for ends in (SUCCEEDS, FAILS, HANGS)}
        self._check, self._monitor = (url_to_ping(job, entry, period, kind) for kind in (CHECK, MONITOR))

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong. Raise `NotProvenError` where the backup does not end as it is made to."""
        self._must_end_as_meant()
        if mails_are_meant(self._job):
            yield from self._mails()
        yield from self._pings(CHECK, {SUCCEEDS: ["start", "success"], FAILS: ["start", "fail"], HANGS: ["start"]})
        yield from self._pings(MONITOR, {SUCCEEDS: ["up"], FAILS: ["down"], HANGS: []})
        yield from self._hanging()
        yield from self._secrets()

    def _must_end_as_meant(self) -> None:
        for ends, good in ((SUCCEEDS, lambda code: code == 0), (FAILS, bool), (HANGS, lambda code: code is None)):
            ran = self._ran[ends]
            if not ran.begun or not good(ran.exit_code):
                raise NotProvenError(
                    f"JOB_{self._entry.number} does not end as duplicity does (exit code {ran.exit_code} for "
                    f"`{ends}`): see options-reach-duplicity and job-runs"
                )

    def _mails(self) -> Iterator[Finding]:
        wanted = {SUCCEEDS: mails_of_success(self._job), FAILS: True}
        lost = [ends for ends, wants in wanted.items() if wants and not self._ran[ends].mails]
        if lost:
            when = "succeeds" if lost == [SUCCEEDS] else "fails" if len(lost) < sum(wanted.values()) else "ends"
            yield self._finding(
                f"a mail when the backup {when}", f"none left: {self._why(self._ran[lost[-1]])}", self._way()
            )
            return
        failed = self._ran[FAILS].mails[0]
        if SAYS not in failed["text"]:
            got = "one without what the backup has printed"
            yield self._finding("a mail that says why the backup failed", got, LET_THE_DRILL_TELL)
        good = self._ran[SUCCEEDS].mails
        if good and good[0]["subject"] == failed["subject"]:
            yield replace(
                self._finding(
                    "mails of success and of failure with different subjects",
                    "the same subject",
                    "write {result} into EMAIL_SUBJECT",
                ),
                severity=Severity.TIDY_UP,
            )

    def _why(self, ran: Told) -> str:
        said = [line.strip() for line in ran.said.splitlines() if line.strip() and not line.startswith("At least one")]
        return masked(said[-1], self._job.secrets)[:200] if said else "the image says nothing of it"

    def _way(self) -> str:
        if self._job.text_of("SMTP_USER"):
            return f"use an image that logs in at the mail server, or {LET_THE_DRILL_TELL}"
        return f"use an image that sends mails, or {LET_THE_DRILL_TELL}"

    def _pings(self, kind: str, wanted: dict[str, list[str]]) -> Iterator[Finding]:
        name, url = self._check if kind == CHECK else self._monitor
        if not url:
            return
        for ends, expected in wanted.items():
            ran, number = self._ran[ends], self._entry.number
            got = ran.of_check(number) if kind == CHECK else ran.of_monitor(number)
            if got[-1:] == expected[-1:]:  # a check that is told of no start is none the worse
                continue
            words = {SUCCEEDS: "succeeds", FAILS: "fails", HANGS: "hangs"}[ends]
            if ends == HANGS and not set(got) & {"success", "up"}:
                continue  # that nothing comes is what such a receiver waits for
            yield self._finding(
                f"{expected[-1] if expected else 'nothing'} at {name} when the backup {words}",
                ", ".join(got) or "nothing",
                f"use an image that pings it, or {LET_THE_DRILL_TELL}",
            )

    def _hanging(self) -> Iterator[Finding]:
        if mails_are_meant(self._job) and not self._check[1] and not self._monitor[1] and not self._ran[HANGS].mails:
            yield replace(
                self._finding(
                    "somebody who notices that a backup hangs",
                    "nobody is told: mails leave when it has ended",
                    f"add JOB_{self._entry.number}_HEALTHCHECKS_URL=https://…, or {LET_THE_DRILL_TELL}",
                ),
                severity=Severity.TIDY_UP,
            )

    def _secrets(self) -> Iterator[Finding]:
        plain = " ".join([SAYS, self._period, *(str(value) for value in self._job.variables.values())])
        secrets = [each for each in self._job.secrets if len(each.reveal()) >= LONG and each.reveal() not in plain]
        if any(is_told(ran.sent.encode(), secrets) for ran in self._ran.values()):
            yield self._finding(
                "mails and pings without a secret",
                f"a secret of the job in what JOB_{self._entry.number} sends",
                "write it into a variable that duplicity or a script of yours reads, and into no URL or command",
            )
        elif any(TOKEN in mail["text"] for ran in self._ran.values() for mail in ran.mails):
            yield replace(
                self._finding(
                    "mails without the URL of a ping",
                    "mails quote it: who reads one, or a program that follows its links, can report a backup",
                    "leave out the mails or the pings",
                ),
                severity=Severity.TIDY_UP,
            )

    def _finding(self, expected: str, got: str, hint: str) -> Finding:
        return Finding("alert-arrives", "", expected, got, hint)


def _of_others(trial: AlertTrial, job: Job, tried: list[tuple[ScheduleEntry, str]]) -> Iterator[Finding]:
    """Yield what is wrong where the first of several entries of a period fails, and the others succeed."""
    for period, group in groupby(sorted(tried, key=lambda each: each[1]), key=lambda each: each[1]):
        first, *others = sorted((entry for entry, _ in group), key=lambda entry: entry.number)
        if not any(url_to_ping(job, entry, period, kind)[1] for entry in others for kind in (CHECK, MONITOR)):
            continue
        ends = {f"JOB_{first.number}_WHAT": "false", **{f"JOB_{entry.number}_WHAT": "true" for entry in others}}
        ran = trial.run([first, *others], period, SUCCEEDS, **ends)
        for entry in others:
            if "fail" in ran.of_check(entry.number) or "down" in ran.of_monitor(entry.number):
                yield Finding(
                    "alert-arrives",
                    "",
                    f"a ping of success for JOB_{entry.number}, which succeeded",
                    f"one of failure, because JOB_{first.number} failed before it",
                    f"give JOB_{entry.number} a period of its own, by CRONTAB_NAME and JOB_{entry.number}_WHEN",
                    severity=Severity.TIDY_UP,
                )
