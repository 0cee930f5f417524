"""What the job's own tests back up to: a server of the kind of its destination where one can be had, else S3."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.schemes import scheme_of
from verify.lab.client.local_duplicity import local_duplicity
from verify.lab.client.probes import interpreter_of, must_have_needs
from verify.lab.client.provision import provision_server
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.settings import LabSettings
from verify.lab.stores.folder import FolderStore
from verify.lab.stores.kinds import BY_VENDORS, FOLDER, S3, SERVERS, WITHOUT_A_SERVER, kind_of, lacking
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.starting import start_served
from verify.lab.stores.store import Store
from verify.lab.stores.swift import lacking_to_remove

if TYPE_CHECKING:
    from verify.lab.docker.containers import DockerLab


@dataclass(frozen=True)
class OwnStore:
    """What the job's own tests back up to; `stands_in` says why, where it is of another kind than its destination."""

    store: Store
    stands_in: str = ""


@contextlib.contextmanager
def own_store_here(settings: LabSettings, job: Job, run: LabelledRun, host: Host, s3: S3Store) -> Iterator[OwnStore]:
    """Given a job, and an S3 store, give what the job's own tests back up to on this machine."""
    kind = kind_of(job.destination)
    why = _cannot(kind, settings) or _removes_nothing(kind, job)
    why = why or ("" if kind in WITHOUT_A_SERVER else _lacking_here(kind, settings, job, host))
    if kind in {S3, ""} or why:
        yield OwnStore(s3, why)
    elif kind == FOLDER:
        yield OwnStore(FolderStore(host))
    else:
        with contextlib.closing(start_served(kind, run, host, provision_server(SERVERS[kind]))) as store:
            yield OwnStore(store)


@contextlib.contextmanager
def own_store_in_containers(
    settings: LabSettings, job: Job, lab: "DockerLab", s3: S3Store, recipes: Path
) -> Iterator[OwnStore]:
    """Given a job, and a lab in containers that has an S3 store, give what the job's own tests back up to."""
    from verify.lab.docker.images import servers_image  # noqa: PLC0415 - imports docker
    from verify.lab.docker.served import served_in_container  # noqa: PLC0415 - as above

    kind = kind_of(job.destination)
    why = _cannot(kind, settings, in_containers=True)
    why = why or ("" if kind in WITHOUT_A_SERVER else _lacking(job, lab.host, ("duplicity",)))
    if kind in {S3, ""} or why:
        yield OwnStore(s3, why)
    elif kind == FOLDER:
        yield OwnStore(FolderStore(lab.host))
    else:
        with served_in_container(kind, lab, servers_image(recipes).name) as store:
            yield OwnStore(store)


def _cannot(kind: str, settings: LabSettings, *, in_containers: bool = False) -> str:
    """Return why a kind is not served, whatever this machine has; empty where it is."""
    if kind in {S3, ""}:
        return ""
    if settings.store == S3:
        return "--store s3 was given"
    if kind in BY_VENDORS:
        return (
            f"{kind}:// leads to its vendor's own hosts, which no lab takes the place of on your machine: let a drill "
            "try your own"
        )
    if kind not in {FOLDER, *SERVERS}:
        return f"there is no server of {kind}:// to be had for a lab: let a drill try your own"
    if in_containers and kind in SERVERS and not SERVERS[kind].in_containers:
        return f"the lab serves {kind}:// outside of containers alone: try it with --runtime embedded"
    return ""


def _removes_nothing(kind: str, job: Job) -> str:
    """Return why duplicity would remove nothing at the job's own server, and would at the lab's; empty where it can."""
    missing = lacking_to_remove(job) if kind == "swift" else []
    if not missing:
        return ""
    return (
        "by version 1 of Swift's authentication duplicity removes nothing, and says that it did, without "
        f"{', '.join(missing)}: write them into the env file, with the values of SWIFT_AUTHURL, SWIFT_USERNAME, "
        "SWIFT_PASSWORD"
    )


def _lacking_here(kind: str, settings: LabSettings, job: Job, host: Host) -> str:
    """Return what this machine lacks to serve a kind, or to reach it by duplicity; empty where it has all."""
    if missing := lacking(kind):
        packages = " ".join(sorted(set(missing.values())))
        return f"there is no {next(iter(missing))} to serve {kind}:// with: apt-get install {packages} (Debian)"
    try:
        provision_server(SERVERS[kind])
        command, _ = local_duplicity(settings, host, [scheme_of(job.destination)])
    except CannotRunError as error:
        return str(error)
    return _lacking(job, host, command)


def _lacking(job: Job, host: Host, command: tuple[str, ...]) -> str:
    """Return what a duplicity lacks to reach the job's destination; empty where it has all."""
    scheme = scheme_of(job.destination)
    interpreter = interpreter_of(host, command)
    if interpreter is None:
        return f"it cannot be told whether {command[0]} has what {scheme}:// needs"
    try:
        must_have_needs(host, interpreter, scheme)
    except CannotRunError as error:
        return str(error)
    return ""
