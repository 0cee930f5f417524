"""A recorder that replaces duplicity in the user's image, and notes the arguments that the schedule calls it with."""

import contextlib
import json
import os
import re
import secrets
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from verify.job import Job, ScheduleEntry, kept_inside
from verify.job.image import is_for_image_only
from verify.job.received import Call
from verify.job.runs.commands import calls_of
from verify.lab.hosts.host import Completed, Host
from verify.lab.jobs.image_shell import resolved
from verify.lab.jobs.scheduled_job import ENTRYPOINT
from verify.onsite.call_notes import digest
from verify.secret import Secret

SCHEDULED_RUN_ENDS_WITHIN = 60.0  # seconds; nothing is backed up, so that only a hanging command takes that long


@dataclass(frozen=True)
class EntryRun:
    """An entry of a job, a period that starts it, and the arguments of each call that it should make."""

    entry: ScheduleEntry
    period: str
    calls: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Recording:
    """What one run of a job called duplicity with, in order, and how the run itself ended."""

    calls: tuple[Call, ...]
    done: Completed


class CallRecorder:
    """Runs jobs as the schedule does, with their real destination: nothing is sent, for duplicity does not run."""

    def __init__(self, host: Host, job: Job, folder: str) -> None:
        self._host, self._folder = host, folder
        self._calls, self._salt = f"{folder}/calls", secrets.token_hex(16)
        self._variables: dict[str, str | Secret] = {**host.own_environment, **kept_inside(job.variables)}
        host.mkdir(folder, 0o700)
        host.put(f"{folder}/call_notes.py", (files("verify.onsite") / "call_notes.py").read_bytes())
        call = shlex.join(["python3", "-I", "-S", f"{folder}/call_notes.py", self._calls, self._salt])
        host.put(f"{folder}/duplicity", f'#!/bin/sh\nexec {call} "$@"\n'.encode(), 0o700)

    def run(self, run: EntryRun, changed: Mapping[str, str]) -> Recording:
        """Run an entry by itself, with some variables changed; return what duplicity was called with."""
        alone = {name: "" for name in self._variables if re.fullmatch(r"JOB_\d+_WHEN", name)}
        alone[f"JOB_{run.entry.number}_WHEN"] = run.period
        env = {**self._variables, **alone, **changed, "PATH": f"{self._folder}:{self.variables['PATH']}"}
        self._host.remove(self._calls)
        done = self._host.run(
            [ENTRYPOINT, f"/etc/periodic/{run.period}/jobrunner"], env=env, timeout=SCHEDULED_RUN_ENDS_WITHIN
        )
        with contextlib.suppress(FileNotFoundError):
            return Recording(tuple(map(_call, self._host.get(self._calls).splitlines())), done)
        return Recording((), done)

    def resolved(self, text: str) -> str:
        """Given OPTIONS, have the image's shell replace what only a shell can, and return the text."""
        return resolved(self._host, text, self._variables)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """The container's variables in the clear, for what its shell replaces."""
        return {name: v.reveal() if isinstance(v, Secret) else v for name, v in self._variables.items()}

    def digests_of(self, job: Job) -> dict[str, str]:
        """Return digests of the job's variables that duplicity should get."""
        names = (name for name in kept_inside(job.variables) if name != "PATH" and not is_for_image_only(name))
        return {name: digest(self._salt, os.fsencode(self.variables[name])) for name in names}


def runs_of(job: Job, variables: Mapping[str, str]) -> Iterator[EntryRun]:
    """Given a job and its variables, yield the entries that can be recorded."""
    periods = [schedule.period for schedule in job.schedules if schedule.cron]
    for entry in job.entries:
        calls = calls_of(entry.what, variables) if entry.what else None
        period = next((each for each in entry.when or () if each in periods), None)
        if calls and period:
            yield EntryRun(entry, period, calls)


def _call(line: bytes) -> Call:
    noted = json.loads(line)
    return Call(tuple(noted["words"]), noted["digests"])


@contextlib.contextmanager
def recorder(host: Host, job: Job) -> Iterator[CallRecorder]:
    """Give a recorder on a host that is the job's image; nothing of it is left there afterwards."""
    with host.scratch_for("recorder") as folder:
        yield CallRecorder(host, job, folder)
