"""The host of a drill in a container of the job's image."""

import contextlib
import posixpath
from collections.abc import Iterator

from verify.assets import asset
from verify.destinations.multi import multi_stores
from verify.drill.host.drill_host import DrillHost, environment_of, prepare
from verify.drill.host.mounts import binds_of, stores_here
from verify.drill.settings import DrillSettings
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.destination.schemes import schemes_of
from verify.lab.client.duplicity import gpg_version, version_of
from verify.lab.docker.containers import HOSTNAME, docker_hosts
from verify.lab.docker.images import dialect_of, duplicity_image, with_backend
from verify.lab.hosts.engine import connection
from verify.lab.hosts.runs import LabelledRun

COMMAND = ("duplicity",)


@contextlib.contextmanager
def docker_drill_host(settings: DrillSettings, job: Job, run: LabelledRun) -> Iterator[DrillHost]:
    """Give a container of the job's image, with what the job mounts except for its source, read only."""
    lab = settings.lab
    if lab.duplicity_command:
        raise CannotRunError(
            "--duplicity-command runs on this machine: add --runtime embedded, or use --duplicity-image"
        )
    image = duplicity_image(
        lab.duplicity_image, asset("ci/images"), lab.duplicity_release, dialect_of(lab.duplicity_release)
    )
    if not lab.duplicity_image:
        for scheme in schemes_of(job, stores_here(job)):
            image = with_backend(image, asset("ci/images"), scheme, lab.duplicity_release)
    binds = binds_of(job) if _engine_is_here() else binds_of(job, lambda _: False)
    hostname = job.hostname or HOSTNAME
    with docker_hosts(run, image=image.name, binds=binds.by_target, hostname=hostname) as (main, beside):
        release = version_of(main, COMMAND)
        scratch = posixpath.join(main.scratch, "drill")
        archive = posixpath.join(scratch, "archive")
        prepare(main, scratch, archive)
        gpg = gpg_version(main)
        versions = {
            "duplicity": str(release),
            **({"gpg": gpg} if gpg else {}),
            "image": f"{image.name} ({image.short_id})",
        }
        yield DrillHost(
            main=main, beside=beside, command=COMMAND, release=release,
            archive=archive, scratch=scratch,
            fetched_to=run.scratch / "fetched",
            environment=environment_of(job, scratch, None), versions=versions, stores=multi_stores(job, main.get),
            notes=(*_stand_in(settings, job, image.name), *binds.notes),
        )  # fmt: skip


def _engine_is_here() -> bool:
    """Return whether the engine's machine is this one, so that folders of ours can be mounted."""
    return connection().client.api.base_url.startswith(("http+docker://localunixsocket", "http+docker://localhost"))


def _stand_in(settings: DrillSettings, job: Job, used: str) -> tuple[str, ...]:
    if settings.lab.duplicity_image or not job.image:
        return ()
    return (f"{used} stands in for the job's {job.image}: --duplicity-image {job.image} takes the real one",)
