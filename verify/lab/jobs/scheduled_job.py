"""The job as its schedule runs it: the image's own commands, through its entrypoint."""

import os

from verify.checks import Finding, FindingsError
from verify.job import sandboxed
from verify.job.options import parsed
from verify.job.runs.commands import calls_of
from verify.job.sandbox import KEY_OPTIONS
from verify.lab.client.duplicity import PATH_TO_RESTORE_SINCE
from verify.lab.client.results import ListResult
from verify.lab.hosts.host import Completed
from verify.lab.lab import Lab
from verify.secret import masked
from verify.trees import Inventory, printable

ENTRYPOINT = "/usr/local/bin/entrypoint"


class ScheduledJob:
    """The image's commands as its users type them, with a destination in the lab."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.destination = lab.new_destination()
        box = sandboxed(lab.site.tried, self.destination.url, self.destination.options, self.destination.env)
        self._job = box.job
        self._env = {**lab.host.own_environment, **box.container_env}

    @property
    def refused(self) -> str:
        """Why the schedule cannot be run here; empty if it can."""
        keys = [option.name for option in parsed(self._lab.site.tried.options) if option.name in KEY_OPTIONS]
        if keys:
            return f"{keys[0]} is in OPTIONS: {KEY_OPTIONS[keys[0]]}"
        foreign = [entry.number for entry in self._job.entries if entry.what and calls_of(entry.what, {}) is None]
        return f"JOB_{foreign[0]}_WHAT runs more than a backup: not in a sandbox" if foreign else ""

    def run(self) -> None:
        """Run what the schedule runs. Raise `FindingsError` (`job-runs`) unless that succeeds and stores a backup."""
        period = self._period()
        done = self._run([f"/etc/periodic/{period}/jobrunner"])
        stored = self.destination.objects()
        if done.returncode or not stored:
            got = f"exit code {done.returncode}, {len(stored)} objects at the destination"
            raise self._failed(f"the {period} run leaves a backup", got, done)

    def listed(self) -> list[bytes]:
        """Return the paths of `duplicity list-current-files`."""
        done = self._succeeded(["duplicity", "list-current-files", *self._options, self.destination.url])
        return ListResult.of(done.argv, done, self._job.secrets).paths

    def grep_findings(self, path: bytes) -> list[Finding]:
        """Given a path, return a finding unless `duplicity list-current-files | grep` shows it."""
        pipe = 'duplicity list-current-files "$@" "$DST" | grep -F -- "$0"'
        done = self._run(["sh", "-c", pipe, os.fsdecode(path), *self._options])
        if path in done.stdout:
            return []
        self._lab.site.must_not_be_at_fault(done.stderr.decode(errors="replace"))
        return [Finding("job-runs", printable(path), "a line of the listing", "no line", "grep finds it by its name")]

    def restored(self, path: str = "") -> Inventory:
        """Return what `duplicity restore` gives, of one path or of all."""
        flag = "--path-to-restore" if self._lab.release >= PATH_TO_RESTORE_SINCE else "--file-to-restore"
        one = [flag, path] if path else []
        with self._lab.host.scratch_for("restored") as target:
            self._succeeded(["duplicity", "restore", *one, *self._options, self.destination.url, target])
            return self._lab.host.observe(target)

    @property
    def _options(self) -> tuple[str, ...]:
        """OPTIONS without the rules: 3.1 and newer refuse them together with a single path."""
        return self._job.other_options

    def _period(self) -> str:
        given = {schedule.period for schedule in self._job.schedules if schedule.cron}
        for entry in self._job.entries:
            for period in entry.when or ():
                if entry.what and period in given:
                    return period
        raise FindingsError(
            (Finding("job-runs", "", "a period that runs a job", "none", "see the findings of job-complete"),)
        )

    def _run(self, argv: list[str]) -> Completed:
        done = self._lab.host.run([ENTRYPOINT, *argv], env=self._env)
        self._lab.statistics["duplicity_commands"] += 1
        self._lab.statistics["duplicity_milliseconds"] += round(done.seconds * 1000)
        return done

    def _succeeded(self, argv: list[str]) -> Completed:
        done = self._run(argv)
        if done.returncode:
            raise self._failed(f"`{' '.join(argv[:2])}` ends with exit code 0", f"exit code {done.returncode}", done)
        return done

    def _failed(self, expected: str, got: str, done: Completed) -> FindingsError:
        said = masked((done.stdout + done.stderr).decode(errors="replace"), self._job.secrets)
        self._lab.site.must_not_be_at_fault(said)
        last = "\n".join([line for line in said.splitlines() if line.strip()][-6:])
        return FindingsError((Finding("job-runs", "", expected, got, last),))
