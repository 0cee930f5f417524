"""The host of a drill on this machine."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from verify.destinations.multi import multi_stores
from verify.drill.host.drill_host import GPG_HOME, DrillHost, aside_of, environment_of, prepare
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.schemes import schemes_of
from verify.lab.client.duplicity import gpg_version
from verify.lab.client.local_duplicity import local_duplicity
from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun

SOCKET_PATH = 107  # bytes that the path of a Unix socket may have


@contextlib.contextmanager
def embedded_drill_host(settings: DrillSettings, job: Job, run: LabelledRun) -> Iterator[DrillHost]:
    """Give this machine, with an archive that is kept from one drill of the job to the next."""
    with (
        contextlib.closing(local_host(run.scratch, run.marker)) as main,
        contextlib.ExitStack() as stack,
    ):
        stores = multi_stores(job, main.get)
        command, release = local_duplicity(settings.lab, main, schemes_of(job, stores))
        scratch, archive = str(run.scratch / "drill"), str(_archive_folder(settings.folder, job))
        if job.encrypted:
            _must_hold_sockets(scratch)
        if settings.new_machine:
            main.remove(archive)
        prepare(main, scratch, archive)
        gpg = gpg_version(main)
        stack.callback(main.remove, aside_of(archive))

        def beside() -> Host:
            return stack.enter_context(contextlib.closing(local_host(run.scratch, run.marker)))

        yield DrillHost(
            main=main, beside=beside, command=command, release=release,
            archive=archive, scratch=scratch,
            fetched_to=None, environment=environment_of(job, scratch, os.environ.get("HOME")),
            versions={"duplicity": str(release), **({"gpg": gpg} if gpg else {})}, stores=stores,
        )  # fmt: skip


def _must_hold_sockets(scratch: str) -> None:
    """Raise `CannotRunError` where a path is too long for gpg-agent, which has its socket below it."""
    longest = len(f"{scratch}/{GPG_HOME}/S.gpg-agent.browser".encode())
    if longest > SOCKET_PATH:
        raise CannotRunError(
            f"{scratch} is {longest - SOCKET_PATH} bytes too long for gpg-agent's sockets: set TMPDIR to a shorter path"
        )


def _archive_folder(folder: Path, job: Job) -> Path:
    """Given a drill's folder and a job, return where duplicity's archive of that job's destination is kept."""
    key = hashlib.sha256(f"{job.printable_destination}\n{job.option('--file-prefix')}".encode()).hexdigest()
    return folder / "archive" / key[:16]
