"""A configured backup, read from `duplicity.env` and the stack file."""

from verify.job.assemble import READINGS, read_job
from verify.job.credentials import printable_destination
from verify.job.destination.addresses import doubtful_bucket
from verify.job.destination.schemes import no_way_there, scheme_finding
from verify.job.env_file.readings import read_dotenv, read_raw
from verify.job.findings import (
    alert_findings,
    alerts_not_told,
    cannot_begin,
    detached_values,
    findings_of,
    incomplete,
    long_dashes,
    never_removed,
    not_started_again,
    removed_options,
    removes_old_backups,
    schedule_findings,
    start_not_told,
    two_readings,
)
from verify.job.image import Schedule, ScheduleEntry
from verify.job.job import Job
from verify.job.replaced import lost_with_container, readable_in_spite_of_passphrase
from verify.job.reroot import Rerooted, Unfaithful, reroot
from verify.job.sandbox import Sandboxed, kept_inside, sandboxed
from verify.job.stack import Stack, Starter, read_stack
from verify.job.stack.mounts import StackNetwork, StackVolume
from verify.job.weekdays import idle_days, weekday_notes

__all__ = [
    "READINGS",
    "Job",
    "Rerooted",
    "Sandboxed",
    "Schedule",
    "ScheduleEntry",
    "Stack",
    "StackNetwork",
    "StackVolume",
    "Starter",
    "Unfaithful",
    "alert_findings",
    "alerts_not_told",
    "cannot_begin",
    "detached_values",
    "doubtful_bucket",
    "findings_of",
    "idle_days",
    "incomplete",
    "kept_inside",
    "long_dashes",
    "lost_with_container",
    "never_removed",
    "no_way_there",
    "not_started_again",
    "printable_destination",
    "read_dotenv",
    "read_job",
    "read_raw",
    "read_stack",
    "readable_in_spite_of_passphrase",
    "removed_options",
    "removes_old_backups",
    "reroot",
    "sandboxed",
    "schedule_findings",
    "scheme_finding",
    "start_not_told",
    "two_readings",
    "weekday_notes",
]
