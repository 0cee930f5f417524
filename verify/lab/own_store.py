"""Which store a lab on this machine has: of the job's own kind where it can be had, else S3."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from verify.destinations.needs import needs_of
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.schemes import scheme_of
from verify.lab.client.probes import interpreter_of, must_have_needs
from verify.lab.client.provision import (
    add_packages,
    minio_binary,
    provision_duplicity,
    provision_python,
    provision_seaweedfs,
)
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.settings import LabSettings
from verify.lab.stores.folder import FolderStore
from verify.lab.stores.kinds import FOLDER, S3, SERVERS, kind_of, lacking
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.seaweedfs import start_seaweedfs
from verify.lab.stores.starting import start_served
from verify.lab.stores.store import Store

if TYPE_CHECKING:
    from verify.lab.docker.containers import DockerLab

CHOSEN = "--store s3 was given"


@dataclass(frozen=True)
class OwnStore:
    """A lab's store, and why it is not of the kind that the job's destination is; empty where it is."""

    store: Store
    stands_in: str = ""


def start_own_store(
    settings: LabSettings, job: Job, run: LabelledRun, host: Host, duplicity: tuple[tuple[str, ...], Version]
) -> OwnStore:
    """Given a job, and the command and release that back it up, start a store on this machine.

    Raise `CannotRunError` where none starts.
    """
    command, release = duplicity
    kind = kind_of(job.destination)
    if kind in {S3, ""}:
        return OwnStore(_s3(run, release))
    why = CHOSEN if settings.store == S3 else _cannot(kind, settings, job, host, command)
    if why:
        return OwnStore(_s3(run, release), why)
    if kind == FOLDER:
        return OwnStore(FolderStore(host))
    package = SERVERS[kind].package
    return OwnStore(start_served(kind, run, host, provision_python(package) if package else ""))


@contextlib.contextmanager
def own_store_in_containers(
    settings: LabSettings, job: Job, lab: "DockerLab", s3: S3Store, recipes: Path
) -> Iterator[OwnStore]:
    """Given a job, and a lab in containers that has an S3 server, give the store that the job is tried with."""
    from verify.lab.docker.images import servers_image  # noqa: PLC0415 - imports docker
    from verify.lab.docker.served import served_in_container  # noqa: PLC0415 - as above

    kind = kind_of(job.destination)
    why = "" if kind in {S3, "", FOLDER} else _unreachable(kind, settings, job, lab.host)
    if kind in {S3, ""} or why:
        yield OwnStore(s3, why)
    elif kind == FOLDER:
        yield OwnStore(FolderStore(lab.host))
    else:
        with served_in_container(kind, lab, servers_image(recipes).name) as store:
            yield OwnStore(store)


def _unreachable(kind: str, settings: LabSettings, job: Job, host: Host) -> str:
    if settings.store == S3:
        return CHOSEN
    if kind not in SERVERS:
        return f"the lab has no server of the kind {kind}://"
    try:
        interpreter = interpreter_of(host, ("duplicity",))
        if interpreter is None:
            return f"it cannot be told whether duplicity has what {kind}:// needs"
        must_have_needs(host, interpreter, scheme_of(job.destination))
    except CannotRunError as error:
        return str(error)
    return ""


def _cannot(kind: str, settings: LabSettings, job: Job, host: Host, command: tuple[str, ...]) -> str:
    """Return why a kind cannot be served and reached here; empty where it can."""
    if kind == FOLDER:
        return ""
    if kind not in SERVERS:
        return f"the lab has no server of the kind {kind}://"
    if missing := lacking(kind):
        packages = " ".join(sorted(set(missing.values())))
        return f"the lab has no server of the kind {kind}://: install {packages} (Debian: apt-get install {packages})"
    scheme = scheme_of(job.destination)
    try:
        if not settings.duplicity_command:
            add_packages(provision_duplicity(settings.duplicity_release), needs_of(scheme).packages)
        interpreter = interpreter_of(host, command)
        if interpreter is None:
            return f"it cannot be told whether {command[0]} has what {scheme}:// needs"
        must_have_needs(host, interpreter, scheme)
    except CannotRunError as error:
        return str(error)
    return ""


def _s3(run: LabelledRun, release: Version) -> S3Store:
    binary = minio_binary()
    return start_minio(binary, run, release) if binary else start_seaweedfs(provision_seaweedfs(), run, release)
