"""Runs a job's entries beside receivers of the lab's own for their alerts, with a stand-in for duplicity."""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from verify.errors import NotProvenError
from verify.job import Job, kept_inside
from verify.job.findings.alerts import ADDRESSES, CHECK, MONITOR, YES, started_entries, url_to_ping
from verify.job.image import ScheduleEntry
from verify.lab.hosts.host import Host
from verify.lab.jobs.scheduled_job import ENTRYPOINT
from verify.secret import Secret

TOKEN = "a-ping-token-of-the-lab"  # noqa: S105 - of receivers that exist for a second
SUCCEEDS, FAILS, HANGS = "exit 0", "exit 1", "sleep 600"
SAYS = "duplicity-verify stands here in place of duplicity"
_OF_ALERTS = re.compile(r"(EMAIL|SMTP)_\w+|JOB_\d+_\w*(HEALTHCHECKS|UPTIME_KUMA)_URL")


@dataclass(frozen=True)
class Told:
    """What one run of a job told, and whom. `exit_code` is None where it hung, and was ended."""

    exit_code: int | None
    begun: bool  # whether it got as far as calling duplicity
    said: str = field(repr=False)  # what it printed: it may hold secrets
    mails: Sequence[Mapping[str, Any]] = field(repr=False)  # subject, text, login
    pings: Sequence[Mapping[str, Any]] = field(repr=False)  # path, query

    def of_check(self, number: int) -> list[str]:
        """Return what the check of an entry was told, in order: start, success, fail."""
        ends = {"": "success", "/start": "start", "/fail": "fail"}
        found = (ping["path"].partition(f"/ping/{TOKEN}-{number}") for ping in self.pings)
        return [ends.get(rest, rest) for _, mark, rest in found if mark]

    def of_monitor(self, number: int) -> list[str]:
        """Return what the monitor of an entry was told, in order: up, down."""
        own = (ping for ping in self.pings if ping["path"] == f"/push/{TOKEN}-{number}")
        return ["".join(ping["query"].get("status", ["up"])) for ping in own]

    @property
    def sent(self) -> str:
        """All that left the job, as text."""
        return "\n".join(
            [*(f"{mail['subject']}\n{mail['text']}" for mail in self.mails), *(str(ping) for ping in self.pings)]
        )


def with_alerts_of(job: Job, image: Mapping[str, str]) -> Job:
    """Given a job and the variables of its image, return the job with the alerts that the image has set, too."""
    own = {name: value for name, value in image.items() if _OF_ALERTS.fullmatch(name)}
    return replace(job, variables=MappingProxyType({**own, **job.variables}))


class AlertTrial:
    """Runs entries of a job on a host that is its image; the job's own destination is kept, for nothing is sent."""

    def __init__(self, host: Host, job: Job, folder: str) -> None:
        self._host, self._job, self._folder = host, job, folder
        host.mkdir(folder, 0o700)
        host.put(f"{folder}/alert_trial.py", (files("verify.onsite") / "alert_trial.py").read_bytes())
        self._variables = {**host.own_environment, **kept_inside(job.variables), **self._receivers()}

    def run(self, entries: Sequence[ScheduleEntry], period: str, ends: str, **changed: str) -> Told:
        """Run entries of a period. `ends` is the shell command that stands for what duplicity does.

        Raise `NotProvenError` where it cannot be tried.
        """
        begun = f"{self._folder}/begun"
        script = f"#!/bin/sh\n: >{shlex.quote(begun)}\necho {shlex.quote(SAYS)}\n{ends}\n"
        self._host.put(f"{self._folder}/duplicity", script.encode(), 0o700)
        self._host.remove(begun)
        alone = {name: "" for name in self._variables if re.fullmatch(r"JOB_\d+_WHEN", name)}
        alone |= {f"JOB_{entry.number}_WHEN": period for entry in entries}
        env = {**self._variables, **alone, **changed, "PATH": f"{self._folder}:{self._host.own_environment['PATH']}"}
        words = [ENTRYPOINT, f"/etc/periodic/{period}/jobrunner"]
        program = ["python3", "-I", "-S", f"{self._folder}/alert_trial.py", self._folder, begun]
        done = self._host.run([*program, *words], env=env)
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise NotProvenError(f"receivers of alerts cannot run in the job's image: {' '.join(last)}")
        return Told(begun=self._host.exists(begun), **json.loads(done.stdout))

    def _receivers(self) -> dict[str, str | Secret]:
        """Return the variables that lead the job's alerts to the receivers, each that the job has and no other."""
        tls = self._job.text_of("SMTP_TLS").lower() in YES
        found = {name: self._job.variables[name] for name in ADDRESSES if name in self._job.variables}
        found |= {"SMTP_HOST": "localhost", "SMTP_PORT": "@TLS@" if tls else "@MAIL@"}
        for entry, period in started_entries(self._job):
            for kind, path in ((CHECK, "ping"), (MONITOR, "push")):
                name, url = url_to_ping(self._job, entry, period, kind)
                if url:
                    query = urlsplit(url).query
                    own = f"http://localhost:@WEB@/{path}/{TOKEN}-{entry.number}"
                    found[name] = f"{own}?{query}" if query else own
        return found


@contextlib.contextmanager
def alert_trial(host: Host, job: Job) -> Iterator[AlertTrial]:
    """Give a trial on a host that is the job's image; nothing of it is left there afterwards."""
    with host.scratch_for("alerts") as folder:
        yield AlertTrial(host, job, folder)
