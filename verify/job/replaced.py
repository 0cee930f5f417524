"""Faults of a job that show only once its container is replaced, or its store is read."""

from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.job.credentials import printable_destination
from verify.job.destination.urls import read_url
from verify.job.job import Job
from verify.job.runs.called import calls_by_name, unknown_backups
from verify.job.stack.mounts import clean, holds

HOME = "/root"  # of the user that the image runs duplicity as


def readable_in_spite_of_passphrase(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding if it has a passphrase and does not encrypt with it."""
    if job.passphrase and not job.encrypted:
        yield Finding(
            "encryption-on",
            expected="a job with a PASSPHRASE encrypts",
            got="--no-encryption in its options",
            hint=f"remove --no-encryption from {_where_readable(job)}; or PASSPHRASE, if who reads the store may read "
            "everything",
        )


def _where_readable(job: Job) -> str:
    """Return where the job says --no-encryption."""
    calls, _ = calls_by_name(job)
    own = [each.name for each in calls if "--no-encryption" in each.call.words]
    return own[0] if own else "OPTIONS"


def lost_with_container(job: Job) -> Iterator[Finding]:
    """Given a job with a stack file, return a finding for each thing that a new container would not go on with."""
    if job.stack_file is None or unknown_backups(job):
        return
    yield from _lost_destinations(job)
    if not job.hostname and "--allow-source-mismatch" not in job.options:
        yield Finding(
            "container-replaced",
            expected="a host name that stays, or --allow-source-mismatch",
            got="neither: each container has a host name of its own, and duplicity refuses another's chain",
            hint=f"add `hostname: backup` to the service in {job.stack_file}, or --allow-source-mismatch to OPTIONS",
        )
    archive = archive_of(job)
    if archive and not _is_kept(job, archive):
        yield Finding(
            "container-replaced",
            expected=f"a volume that keeps duplicity's archive ({archive})",
            got="none: each new container reads all signatures from the destination again",
            hint=f"add --archive-dir=/archive to OPTIONS, and a volume at /archive to the service in {job.stack_file}",
            severity=Severity.TIDY_UP,  # it costs a download
        )


def archive_of(job: Job) -> str:
    """Given a job, return where duplicity's archive is in its container, empty where nobody can tell."""
    home = job.text_of("HOME") or ("" if job.settings.get("user") else HOME)
    cache = job.text_of("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    # Another image has another home: who mounts a cache of that name there knows where it is.
    mounted = [volume.target for volume in job.volumes if volume.target.endswith((".cache/duplicity", ".cache"))]
    return job.archive_dir or next(iter(mounted), "") or (f"{cache}/duplicity" if cache else "")


def _lost_destinations(job: Job) -> Iterator[Finding]:
    """Yield a finding for each destination that is a folder of the container itself."""
    for name, url in job.destinations.items():
        read = read_url(url)
        folder = clean(read.path.removeprefix("//"))
        if read.scheme == "file" and folder.startswith("/") and not _is_kept(job, folder):
            yield Finding(
                "container-replaced",
                expected=f"a volume that holds {name}={printable_destination(url)}",
                got=f"none: {folder} is a folder of the container, and the backups are gone with it",
                hint=f"add the volume `- /a/folder/of/the/host:{folder}` to the service in {job.stack_file}",
                severity=Severity.LOST,
            )


def _is_kept(job: Job, path: str) -> bool:
    """Return whether a path lies on a volume that a new container gets again."""
    return any(volume.source and holds(volume.target, clean(path)) for volume in job.volumes)
