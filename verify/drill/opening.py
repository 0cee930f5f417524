"""Opening a drill: from settings to a host with duplicity, the real destination, the live source and the ledger."""

import contextlib
import functools
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from verify.archive.names import Names
from verify.destinations.views import view_of
from verify.drill.contents.sealed import sealed_host
from verify.drill.destination import Destination
from verify.drill.drill import Drill
from verify.drill.host.drill_host import GPG_HOME, Place, aside_of, environment_of, prepare
from verify.drill.ledger.ledger import Ledger
from verify.drill.ledger.lock import only_one
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.job.schemes import scheme_of
from verify.lab.client.duplicity import gpg_version
from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import Run, open_run
from verify.lab.opening import local_duplicity

SOCKET_PATH = 107  # bytes that the path of a Unix socket may have


@contextlib.contextmanager
def open_drill(settings: DrillSettings, runtime: Literal["docker", "embedded"], why: str) -> Iterator[Drill]:
    """Given settings and a runtime, give a drill; nothing of it is left afterwards but the ledger.

    Raise `CannotRunError` where it cannot begin.
    """
    started = time.time()
    job = read_job(settings.lab.env_file, settings.lab.stack, os.environ)
    must_have_one_destination(job)
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_one(settings.folder, started))
        run = stack.enter_context(open_run())
        ledger = stack.enter_context(contextlib.closing(Ledger(settings.folder, job.printable_destination)))
        place = stack.enter_context(_place(runtime)(settings, job, run))
        here = stack.enter_context(contextlib.closing(local_host(run.scratch / "here", run.marker)))
        view = view_of(job, place.host, os.environ)
        destination = Destination(view, Names.of(job), ledger, place.host, place.environment)
        drill = Drill(
            runtime=runtime, why=why, job=job, place=place, here=here,
            sealed=functools.partial(sealed_host, run, here, runtime), destination=destination, ledger=ledger,
            settings=settings, started=started,
        )  # fmt: skip
        with drill.remembered():
            yield drill


def must_have_one_destination(job: Job) -> None:
    """Raise `CannotRunError` for a job without a destination, or with several."""
    if job.destination == "multi":
        raise CannotRunError(
            "a drill looks at one destination, and DST=multi has several: give it an env file with one"
        )
    if not job.destination:
        raise CannotRunError("the job has no destination: write DST=scheme://… into the env file")
    if scheme_of(job.destination).endswith("s3"):
        from verify.destinations.s3 import s3_place  # noqa: PLC0415 - another scheme needs no client

        s3_place(job, os.environ)


def _place(runtime: str) -> "Callable[[DrillSettings, Job, Run], contextlib.AbstractContextManager[Place]]":
    if runtime == "embedded":
        return _embedded
    from verify.drill.host.container import docker_place  # noqa: PLC0415 - docker takes a second to import

    return docker_place


@contextlib.contextmanager
def _embedded(settings: DrillSettings, job: Job, run: Run) -> Iterator[Place]:
    with (
        contextlib.closing(local_host(run.scratch, run.marker)) as host,
        contextlib.ExitStack() as stack,
        contextlib.closing(local_host(run.scratch, run.marker)) as observer,
        contextlib.closing(local_host(run.scratch, run.marker)) as aside,
    ):
        command, release = local_duplicity(settings.lab, host)
        scratch, archive = str(run.scratch / "drill"), str(archive_of(settings.folder, job))
        if job.encrypted:
            must_hold_sockets(scratch)
        if settings.new_machine:
            host.remove(archive)
        prepare(host, scratch, archive)
        gpg = gpg_version(host)
        stack.callback(host.remove, aside_of(archive))
        yield Place(
            host=host, observer=observer, aside=aside, command=command, release=release,
            archive=archive, scratch=scratch,
            fetched_to=None, environment=environment_of(job, scratch, os.environ.get("HOME")),
            versions={"duplicity": str(release), **({"gpg": gpg} if gpg else {})},
        )  # fmt: skip


def must_hold_sockets(scratch: str) -> None:
    """Raise `CannotRunError` where a path is too long for gpg-agent, which has its socket below it."""
    longest = len(f"{scratch}/{GPG_HOME}/S.gpg-agent.browser".encode())
    if longest > SOCKET_PATH:
        raise CannotRunError(
            f"{scratch} is {longest - SOCKET_PATH} bytes too long for gpg-agent's sockets: set TMPDIR to a shorter path"
        )


def archive_of(folder: Path, job: Job) -> Path:
    """Given a drill's folder and a job, return where duplicity's archive of that job's destination is kept."""
    key = hashlib.sha256(f"{job.printable_destination}\n{job.option('--file-prefix')}".encode()).hexdigest()
    return folder / "archive" / key[:16]
