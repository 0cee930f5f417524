"""Opening a drill: from settings to a host with duplicity, the real destination, the live source and the ledger."""

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterator
from typing import Literal

from verify.destinations.multi import multi_view
from verify.destinations.opening import view_of
from verify.destinations.view import NoView, View
from verify.drill.contents.sealed import sealed_host
from verify.drill.destination import RealDestination
from verify.drill.drill import Drill
from verify.drill.host.archive import names_of
from verify.drill.host.drill_host import DrillHost
from verify.drill.host.embedded import embedded_drill_host
from verify.drill.ledger.ledger import Ledger
from verify.drill.ledger.lock import only_one
from verify.drill.night import Night
from verify.drill.passphrases import other_passphrases
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.multi import MULTI
from verify.job.destination.schemes import scheme_of
from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import LabelledRun, open_run


@contextlib.contextmanager
def open_drill(settings: DrillSettings, runtime: Literal["docker", "embedded"], why: str) -> Iterator[Drill]:
    """Given settings and a runtime, give a drill; nothing of it is left afterwards but the ledger.

    Raise `CannotRunError` where it cannot begin.
    """
    started = time.time()
    job = settings.lab.read_job(os.environ)
    must_have_one_destination(job)
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_one(settings.folder, started))
        run = stack.enter_context(open_run())
        ledger = stack.enter_context(contextlib.closing(Ledger(settings.folder, job.printable_destination)))
        host = stack.enter_context(_host_of(runtime)(settings, job, run))
        here = stack.enter_context(contextlib.closing(local_host(run.scratch / "here", run.marker)))
        view = _view(job, host)
        destination = RealDestination(
            view,
            names_of(job),
            ledger,
            host.main,
            host.environment,
            release=host.release,
            now=started,
            other_passphrases=other_passphrases(job),
        )
        night = Night(
            job=job, host=host, here=here, destination=destination, ledger=ledger, settings=settings, started=started
        )
        drill = Drill(night, runtime=runtime, why=why, sealed=functools.partial(sealed_host, run, here, runtime))
        with drill.remembered():
            yield drill


def _view(job: Job, host: DrillHost) -> View | NoView:
    if host.no_way_to(job):
        return NoView("scheme-supported failed, and this needs it")
    if scheme_of(job.destination) == MULTI:
        return multi_view(job, host.main, os.environ, host.looking, host.release)
    return view_of(job, host.main, os.environ, host.looking(job), host.release)


def must_have_one_destination(job: Job) -> None:
    """Raise `CannotRunError` for a job without a destination, or with several."""
    if job.destination == "multi":
        there = ", ".join(job.destinations) or "none: write DST_1=scheme://… into the env file"
        raise CannotRunError(f"a drill looks at one destination: give --destination NAME, here one of {there}")
    if not job.destination:
        raise CannotRunError("the job has no destination: write DST=scheme://… into the env file")
    if scheme_of(job.destination) in {"s3", "boto3+s3"}:
        from verify.destinations.s3 import s3_location  # noqa: PLC0415 - another scheme needs no client

        s3_location(job, os.environ)


def _host_of(runtime: str) -> Callable[[DrillSettings, Job, LabelledRun], contextlib.AbstractContextManager[DrillHost]]:
    if runtime == "embedded":
        return embedded_drill_host
    from verify.drill.host.container import docker_drill_host  # noqa: PLC0415 - docker takes a second to import

    return docker_drill_host
