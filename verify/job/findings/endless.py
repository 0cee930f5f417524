"""Retention that removes nothing: no full backup is ever due, or the command only lists."""

from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.job.destination.urls import is_url
from verify.job.findings.several import in_vain_at_several
from verify.job.job import Job
from verify.job.options import FORCING
from verify.job.runs.called import NamedCall, calls_by_name, option_names_of
from verify.job.runs.calls import FULL, RETENTION

HINT = "write --full-if-older-than 1M into OPTIONS, or schedule `dup full $SRC $DST`, such as JOB_500_WHEN=monthly"


def never_removed(job: Job) -> Iterator[Finding]:
    """Given a job, yield a finding if it removes old backups, and none can ever be removed.

    The newest chain always stays, so without further fulls it is the only one, and it grows. Nothing is said where
    other calls of duplicity may be in what cannot be read.
    """
    calls, unread = calls_by_name(job)
    if in_vain := list(in_vain_at_several(job)):
        yield from in_vain
        return
    removing = [each for each in calls if each.call.verb in RETENTION]
    if not removing or unread:
        return
    if not _fulls_are_due(job, calls):
        yield Finding(
            "retention",
            expected=f"full backups, so that {removing[0].name} ({removing[0].call.verb}) has old chains to remove",
            got="one full, and incrementals on it for ever: nothing is ever removed, and the chain grows without end",
            hint=HINT,
            severity=Severity.AT_RISK,
        )
    for each in removing:
        if not any(is_url(word) or "$" in word for word in each.call.positional):
            yield Finding(
                "retention",
                expected=f"a destination that {each.call.verb} removes from",
                got=f"{each.name} without one, which duplicity refuses: nothing is ever removed",
                hint=f"write $DST at the end of {each.name}",
                severity=Severity.AT_RISK,
            )
        if "--force" not in option_names_of(job, each):
            yield Finding(
                "retention",
                expected=f"--force, without which {each.call.verb} only lists what it would remove",
                got=f"{each.name} without it: nothing is ever removed",
                hint=f"write --force into {each.name}",
                severity=Severity.AT_RISK,
            )


def removes_old_backups(job: Job) -> bool:
    """Given a job, return whether it removes old backups, as far as its commands can be read."""
    calls, unread = calls_by_name(job)
    return not unread and any(each.call.verb in RETENTION for each in calls)


def _fulls_are_due(job: Job, calls: list[NamedCall]) -> bool:
    backups = [each for each in calls if each.call.backs_up]
    return not backups or any(each.call.verb in FULL or FORCING & option_names_of(job, each) for each in backups)
