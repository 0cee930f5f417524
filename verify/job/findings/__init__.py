"""What can be said about a job without running it: pure functions from a Job to findings."""

from packaging.version import Version

from verify.checks import Finding
from verify.job.destination.addresses import misread_addresses, wrong_addresses
from verify.job.destination.schemes import dead_schemes
from verify.job.findings.alerts import alert_findings, alerts_not_told
from verify.job.findings.dashes import long_dashes
from verify.job.findings.detached import detached_values
from verify.job.findings.differing import two_readings
from verify.job.findings.endless import never_removed, removes_old_backups
from verify.job.findings.lacking import cannot_begin, incomplete
from verify.job.findings.removed import removed_options
from verify.job.findings.schedule import schedule_findings
from verify.job.findings.starting import not_started_again, start_not_told
from verify.job.job import Job
from verify.job.replaced import lost_with_container, readable_in_spite_of_passphrase

__all__ = [
    "alert_findings",
    "alerts_not_told",
    "cannot_begin",
    "detached_values",
    "findings_of",
    "incomplete",
    "long_dashes",
    "never_removed",
    "not_started_again",
    "removed_options",
    "removes_old_backups",
    "schedule_findings",
    "start_not_told",
    "two_readings",
]

NEWEST = Version("3.2.1")


def findings_of(job: Job, release: Version = NEWEST) -> list[Finding]:
    """Given a job and a release, return what is wrong with the job by itself, whatever lies in its source."""
    return [
        *two_readings(job),
        *incomplete(job),
        *dead_schemes(job, release),
        *wrong_addresses(job, release),
        *misread_addresses(job),
        *removed_options(job, release),
        *long_dashes(job),
        *detached_values(job, release),
        *never_removed(job),
        *readable_in_spite_of_passphrase(job),
        *lost_with_container(job),
        *alert_findings(job),
    ]
