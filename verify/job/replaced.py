"""Faults of a job that show only once its container is replaced, or its store is read."""

import posixpath
from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.job.job import Job

ARCHIVE = "/root/.cache/duplicity"  # duplicity's own choice, as the image runs it


def readable_in_spite_of_passphrase(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding if it has a passphrase and does not encrypt with it."""
    if job.passphrase and not job.encrypted:
        yield Finding(
            "encryption-on",
            expected="a job with a PASSPHRASE encrypts",
            got="--no-encryption in its options",
            hint="remove --no-encryption from OPTIONS; or PASSPHRASE, if who reads the store may read everything",
        )


def lost_with_container(job: Job) -> Iterator[Finding]:
    """Given a job with a stack file, return a finding for each thing that a new container would not go on with."""
    if job.stack_file is None:
        return
    if not job.hostname and "--allow-source-mismatch" not in job.options:
        yield Finding(
            "container-replaced",
            expected="a host name that stays, or --allow-source-mismatch",
            got="neither: each container has a host name of its own, and duplicity refuses another's chain",
            hint=f"add `hostname: backup` to the service in {job.stack_file}, or --allow-source-mismatch to OPTIONS",
        )
    archive = job.archive_dir or ARCHIVE
    if not any(volume.source and _holds(volume.target, archive) for volume in job.volumes):
        yield Finding(
            "container-replaced",
            expected=f"a volume that keeps duplicity's archive ({archive})",
            got="none: each new container reads all signatures from the destination again",
            hint=f"add --archive-dir=/archive to OPTIONS, and a volume at /archive to the service in {job.stack_file}",
            severity=Severity.TIDY_UP,  # it costs a download
        )


def _holds(folder: str, path: str) -> bool:
    return f"{posixpath.normpath(path)}/".startswith(f"{posixpath.normpath(folder)}/")
