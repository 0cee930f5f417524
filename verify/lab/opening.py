"""Opens a lab: starts hosts, store and duplicity from settings, and removes them afterwards."""

import contextlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

from packaging.version import Version

from verify.assets import asset
from verify.errors import CannotRunError
from verify.job import Job, Unfaithful, not_started_again, reroot, sandboxed, weekday_notes
from verify.job.destination.schemes import scheme_of
from verify.job.image import DEFAULTS
from verify.job.untried import replaced_words, untried_settings, untried_words
from verify.lab.client.duplicity import gpg_version, version_of
from verify.lab.client.gpg_settings import stretch_little
from verify.lab.client.gpg_stand_in import stand_in_for_gpg
from verify.lab.client.local_duplicity import local_duplicity
from verify.lab.client.probes import GPG_MISSING
from verify.lab.client.provision import minio_binary, provision_seaweedfs
from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.hosts.runtime import choose
from verify.lab.jobs.filter_lists import lists_here, moved_lists, put_lists
from verify.lab.jobs.image_shell import as_in_the_image
from verify.lab.jobs.own_rules import OwnRules
from verify.lab.lab import Lab
from verify.lab.own_store import own_store_here, own_store_in_containers
from verify.lab.settings import LabSettings
from verify.lab.site import MoreHosts, Site
from verify.lab.stores.faulty_network import local_network, toxiproxy_binary
from verify.lab.stores.kinds import S3, SERVERS, kind_of
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.seaweedfs import start_seaweedfs
from verify.lab.stores.store import Store
from verify.secret import Secret


@contextlib.contextmanager
def open_lab(settings: LabSettings, runtime: Literal["docker", "embedded"], why: str = "") -> Iterator[Lab]:
    """Given settings and a runtime, give a lab; nothing of it is left afterwards.

    `why` says why it is this runtime; by default, that it was asked for. Raise `CannotRunError` where the lab
    cannot be made.
    """
    job = settings.read_job(os.environ)
    why = why or choose(runtime).why
    opened = _docker if runtime == "docker" else _embedded
    with open_run() as run, opened(settings, job, why, run) as site:
        stretch_little(site.host)
        notes = (
            *site.notes,
            *site.untried,
            *untried_settings(site.job),
            *site.job.reading_notes,
            *_of_destinations(site.job),
            *weekday_notes(site.job),
            *not_started_again(site.job),
            *OwnRules.of(Lab(site)).notes,
        )
        yield Lab(replace(site, notes=notes))


@contextlib.contextmanager
def _embedded(settings: LabSettings, job: Job, why: str, run: LabelledRun) -> Iterator[Site]:
    prefix = str(run.scratch / "root")
    lists = moved_lists(job, lists_here(job), prefix)
    one, more = tried(settings, job, {})
    moved = reroot(_with_a_source(one), prefix, lists)
    with contextlib.closing(local_host(run.scratch, run.marker)) as host:
        gpg = gpg_version(host)
        if not gpg:
            stand_in_for_gpg(host)
        command, release = local_duplicity(settings, host)
        with (
            contextlib.closing(_local_s3(run, release)) as store,
            own_store_here(settings, one, run, host, store) as own,
        ):
            if own.store is not store and not settings.duplicity_command:
                command, release = local_duplicity(settings, host, [scheme_of(one.destination)])
            box = sandboxed(moved.job, "", (), {})
            here = box.job
            for path in filter(None, (here.source, here.tempdir, here.archive_dir)):
                host.mkdir(path)
            put_lists(host, {f"{prefix}{path}": data for path, data in lists.items()})
            for path in _own_folders(here):
                host.mkdir(path)
            toxiproxy = toxiproxy_binary()
            site = Site(
                runtime="embedded", why=why, host=host, source_host=host, store=store, own=own.store,
                stands_in=own.stands_in, job=job, tried=one, sandboxed=here, command=command, release=release,
                settings=settings, versions=_versions(gpg, release, store, own.store),
                notes=(*_without_gpg(gpg, one), *replaced_words(job, box, own.store.name, own.stands_in)),
                untried=_untried(one, moved.unfaithful), more_hosts=_local_hosts(run),
                open_network=partial(local_network, run, toxiproxy, store.address) if toxiproxy else None,
            )  # fmt: skip
            moves = {name: reroot(_with_a_source(each), prefix, lists).job for name, each in more.items()}
            yield _with_others(site, {name: (each, moves[name]) for name, each in more.items()})


def _own_folders(job: Job) -> Iterator[str]:
    """Yield the folders that options name for temporary files and the log: the job's own machine has them."""
    log = job.option("--log-file")
    for path in (job.option("--tempdir"), log and posixpath.dirname(log)):
        if path and path.startswith("/"):
            yield path


def _local_hosts(run: LabelledRun) -> MoreHosts:
    @contextlib.contextmanager
    def more_hosts(name: str) -> Iterator[tuple[Host, Host]]:
        with contextlib.closing(local_host(run.memory / name, run.marker)) as host:
            yield host, host

    return more_hosts


@contextlib.contextmanager
def _docker(settings: LabSettings, job: Job, why: str, run: LabelledRun) -> Iterator[Site]:
    # Imported here: docker and testcontainers take a second that an embedded run does not spend.
    from verify.lab.docker.containers import docker_lab  # noqa: PLC0415
    from verify.lab.docker.images import (  # noqa: PLC0415
        dialect_of,
        duplicity_image,
        minio_image,
        toxiproxy_image,
        with_backend,
    )

    if settings.duplicity_command:
        raise CannotRunError(
            "--duplicity-command runs on this machine: add --runtime embedded, or use --duplicity-image"
        )
    recipes = asset("ci/images")
    dialect = dialect_of(settings.duplicity_release)
    image = duplicity_image(settings.duplicity_image, recipes, settings.duplicity_release, dialect)
    server = minio_image(settings.minio_image, recipes)
    toxiproxy = toxiproxy_image(recipes)
    job = settings.read_job(os.environ, image.environment if settings.duplicity_image else None)
    one, more = tried(settings, job, image.environment if settings.duplicity_image else {})
    if not settings.duplicity_image and settings.store != S3 and kind_of(one.destination) in SERVERS:
        image = with_backend(image, recipes, scheme_of(one.destination), settings.duplicity_release)
    here = sandboxed(_with_a_source(one), "", (), {}).job
    if posixpath.normpath(here.source) == "/":
        raise CannotRunError("SRC=/ cannot be made in a container, whose own files are there: add --runtime embedded")
    plain = {name: value for name, value in here.variables.items() if not isinstance(value, Secret)}
    source = posixpath.join("/", here.source)
    others = [path for path in (here.archive_dir,) if path and path.startswith("/")]
    with docker_lab(
        run, image=image.name, store_image=server.name, source=source, volumes=others, environment=plain,
        **({"hostname": job.hostname} if job.hostname else {}),
    ) as parts:  # fmt: skip
        command = ("duplicity",)
        release, gpg = version_of(parts.host, command), gpg_version(parts.host)
        store = S3Store(
            "MinIO", server.name.rpartition(":")[2], address=parts.store_address, keys=parts.store_keys,
            endpoint=parts.store_endpoint, release=release, close=lambda: None, power=parts.store_power,
        )  # fmt: skip
        with (
            contextlib.closing(store),
            own_store_in_containers(settings, one, parts, store, recipes) as own,
        ):
            store.make_ready(lambda: True)
            parts.host.mkdir(here.tempdir)
            one, job = (as_in_the_image(parts.host, each, release) for each in (one, job))
            box = sandboxed(_with_a_source(one), "", (), {})
            here = box.job
            put_lists(parts.host, lists_here(job))
            for path in _own_folders(here):
                parts.host.mkdir(path)
            versions = _versions(gpg, release, store, own.store)
            replaced = replaced_words(job, box, own.store.name, own.stands_in)
            site = Site(
                runtime="docker", why=why, host=parts.host, source_host=parts.source_host, store=store, own=own.store,
                stands_in=own.stands_in, job=job, tried=one, sandboxed=here, command=command, release=release,
                settings=settings, versions={**versions, "image": f"{image.name} ({image.short_id})"},
                notes=(*_stand_in(settings, job, image.name), *replaced), untried=_untried(one),
                open_network=partial(parts.network, toxiproxy.name) if toxiproxy else None,
                more_hosts=parts.more_hosts,
            )  # fmt: skip
            there = {name: as_in_the_image(parts.host, each, release) for name, each in more.items()}
            yield _with_others(site, {name: (each, _with_a_source(each)) for name, each in there.items()})


def tried(settings: LabSettings, job: Job, image_env: Mapping[str, str]) -> tuple[Job, Mapping[str, Job]]:
    """Given settings, a job and what its image sets, return the job as the lab tries it, and its further destinations.

    Of several destinations it is tried as the first one has it; of the others, those count that have other options.
    """
    if job.destination != "multi" or not job.destinations:
        return job, {}
    each = {name: replace(settings, destination=name).read_job(os.environ, image_env) for name in job.destinations}
    first, *_ = each.values()
    return first, {name: one for name, one in each.items() if one.options != first.options}


def _with_others(site: Site, jobs: Mapping[str, tuple[Job, Job]]) -> Site:
    """Given a site, and by destination the job there and the same with its paths as they are here, add them to it."""
    others = {
        name: replace(site, tried=one, sandboxed=sandboxed(moved, "", (), {}).job)
        for name, (one, moved) in jobs.items()
    }
    return replace(site, others=others)


def _first_of_several(job: Job) -> str:
    return next(iter(job.destinations), "") if job.destination == "multi" else ""


def _of_destinations(job: Job) -> tuple[str, ...]:
    """Return what to know of a job with several destinations."""
    first = _first_of_several(job)
    others = ", ".join(name for name in job.destinations if name != first)
    own = f"of {others} it is tried whether duplicity takes the options; a drill looks at each"
    return (f"the job is tried with {first}'s own variables: {own}",) if first and others else ()


def _with_a_source(job: Job) -> Job:
    """Return a job with the image's default SRC if it has none; the check `job-complete` reports that."""
    return job if job.source else replace(job, source=DEFAULTS["SRC"])


def _stand_in(settings: LabSettings, job: Job, used: str) -> tuple[str, ...]:
    if settings.duplicity_image or not job.image:
        return ()
    return (f"{used} stands in for the job's {job.image}: --duplicity-image {job.image} takes the real one",)


def _local_s3(run: LabelledRun, release: Version) -> S3Store:
    binary = minio_binary()
    return start_minio(binary, run, release) if binary else start_seaweedfs(provision_seaweedfs(), run, release)


def _untried(job: Job, left_out: Iterable[Unfaithful] = ()) -> tuple[str, ...]:
    """Return what of a job is not tried in a lab, each once."""
    return tuple(dict.fromkeys(untried_words(job, left_out)))


def _without_gpg(gpg: str | None, job: Job) -> tuple[str, ...]:
    if gpg or not job.encrypted:
        return ()
    return (f"{GPG_MISSING}; what else there is to prove is proven with --no-encryption",)


def _versions(gpg: str | None, release: Version, store: Store, own: Store) -> dict[str, str]:
    found = {"duplicity": str(release), "store": f"{store.name} {store.version}"}
    if own is not store:
        found["destination"] = f"{own.name} {own.version}"
    return {**found, "gpg": gpg} if gpg else found
