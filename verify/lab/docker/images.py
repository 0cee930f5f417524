"""The images of the docker runtime: the user's, else our own, built if needed."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import docker.errors
from docker.models.images import Image as EngineImage
from packaging.version import Version
from testcontainers.core.image import DockerImage

from verify import progress
from verify.destinations.needs import PINS, needs_of
from verify.errors import CannotRunError
from verify.lab.hosts.cache import cache_dir, locked
from verify.lab.hosts.engine import client
from verify.lab.hosts.engine_errors import REFUSALS, said, telling
from verify.lab.stores.faulty_network import toxiproxy_binary

Dialect = Literal["classic", "v4"]

LOCAL_BASE = "duplicity-verify/base:bookworm"  # what ci/prepare-host makes on a machine without registry
PUBLIC_BASE = "debian:bookworm-slim"
MINIO_RELEASE = "RELEASE.2025-09-07T16-13-09Z"
LOCAL_MINIO = f"duplicity-verify/minio:{MINIO_RELEASE}"
PUBLIC_MINIO = f"minio/minio:{MINIO_RELEASE}"
LOCAL_TOXIPROXY = "duplicity-verify/toxiproxy:2.5.0"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


V4_SINCE = Version("3")  # the image's v4.0.0 came with duplicity 3.0.5.1


def dialect_of(release: str) -> Dialect:
    """Given a release of duplicity, return the dialect of the image that came with it."""
    return "v4" if Version(release) >= V4_SINCE else "classic"


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the engine has; `id` is its content's digest, the same on every machine.

    `environment` is what it sets for its containers.
    """

    name: str
    id: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def short_id(self) -> str:
        """The id as a header shows it: twelve hexadecimal digits."""
        return self.id.removeprefix("sha256:")[:12]


def duplicity_image(given: str | None, recipes: Path, release: str, dialect: Dialect = "v4") -> Image:
    """Return the user's image, pulled if needed, or ours for a release and dialect, built if needed.

    `recipes` is the folder that holds ours. Raise `CannotRunError` where it can be neither had nor built.
    """
    if given:
        return _had(given, "name one that the engine has or can pull with --duplicity-image")
    name = f"duplicity-verify/duplicity:{release}-{dialect}-{_digest(recipes / 'duplicity')}"
    with _once(name):
        if found := _local(name):
            return found
        arguments = {"BASE": _base(), "DUPLICITY_RELEASE": release, "DIALECT": dialect}
        return _built(name, recipes / "duplicity", arguments)


def with_backend(image: Image, recipes: Path, scheme: str, release: str) -> Image:
    """Given our image of a release, return one that has what its backend for a scheme needs, built if needed."""
    needs = needs_of(scheme, Version(release))
    if not needs.packages and not needs.programs:
        return image
    name = f"{image.name}-{scheme.replace('+', '-')}"
    programs, packages = " ".join(sorted(set(needs.programs.values()))), " ".join(needs.packages)
    with _once(name):
        arguments = {"BASE": image.name, "PROGRAMS": programs, "PACKAGES": packages}
        return _local(name) or _built_around(PINS, name, recipes / "backend", arguments)


def servers_image(recipes: Path) -> Image:
    """Return our image of the servers that make a folder a destination, built when absent."""
    name = f"duplicity-verify/servers:{_digest(recipes / 'servers')}"
    with _once(name):
        return _local(name) or _built(name, recipes / "servers", {"BASE": _base()})


def minio_image(given: str | None, recipes: Path) -> Image:
    """Return an image of MinIO: the user's, else ours, built if needed, else the public one."""
    if given:
        return _had(given, "name one that the engine has or can pull with --minio-image")
    with _once(LOCAL_MINIO):
        if found := _local(LOCAL_MINIO) or _local(PUBLIC_MINIO):
            return found
        binary = cache_dir() / "bin" / "minio"
        if not binary.exists():
            return _had(PUBLIC_MINIO, f"put a MinIO program at {binary}, or name an image with --minio-image")
        return _built_around(binary, LOCAL_MINIO, recipes / "minio")


def postgres_image(recipes: Path) -> Image:
    """Return our image of PostgreSQL, built when absent. Raise `CannotRunError` where it cannot be built."""
    name = f"duplicity-verify/postgres:{_digest(recipes / 'postgres')}"
    with _once(name):
        return _local(name) or _built(name, recipes / "postgres", {"BASE": _base()})


def toxiproxy_image(recipes: Path) -> Image | None:
    """Return our image of toxiproxy, built if needed; None if its program is not installed."""
    binary = toxiproxy_binary()
    with _once(LOCAL_TOXIPROXY):
        if (found := _local(LOCAL_TOXIPROXY)) or binary is None:
            return found
        return _built_around(binary, LOCAL_TOXIPROXY, recipes / "toxiproxy")


def _built_around(file: Path, name: str, recipe: Path, arguments: Mapping[str, str] = MappingProxyType({})) -> Image:
    """Build an image from a copy of a recipe, to which a file is added."""
    context = cache_dir() / "images" / f"{recipe.name}.context"
    shutil.rmtree(context, ignore_errors=True)
    try:
        shutil.copytree(recipe, context)
        shutil.copy(file, context / file.name)
        return _built(name, context, arguments)
    finally:
        shutil.rmtree(context)


def _digest(recipe: Path) -> str:
    """Return a digest of a recipe, so that a changed recipe gets a new image."""
    found = hashlib.sha256()
    for path in sorted(path for path in recipe.rglob("*") if path.is_file()):
        found.update(b"%s\0%s\0" % (str(path.relative_to(recipe)).encode(), path.read_bytes()))
    return found.hexdigest()[:8]


def _base() -> str:
    return LOCAL_BASE if _local(LOCAL_BASE) else PUBLIC_BASE


def _once(name: str) -> contextlib.AbstractContextManager[None]:
    """Hold a lock, so that two runs do not build the same image at the same time."""
    return locked(cache_dir() / "images" / name.replace("/", "_").replace(":", "_"))


def _local(name: str) -> Image | None:
    with telling("the engine cannot be asked for images", "see the engine's log"):
        try:
            return _image(name, client().images.get(name))
        except docker.errors.ImageNotFound:
            return None


def _had(name: str, advice: str) -> Image:
    if found := _local(name):
        return found
    progress.say(f"pulling the image {name}")
    try:
        # Without a tag, docker-py's pull gives the latest only if it is told so.
        repository, tag = (name, None) if ":" in name.rpartition("/")[2] or "@" in name else (name, "latest")
        return _image(name, client().images.pull(repository, tag=tag))
    except REFUSALS as error:
        raise CannotRunError(f"the image {name} is not here and cannot be pulled ({said(error)}): {advice}") from error


def _built(name: str, context: Path, arguments: Mapping[str, str]) -> Image:
    if not (context / "Dockerfile").is_file():
        raise CannotRunError(f"the image {name} is not here, and {context} holds no Dockerfile to build it from")
    progress.say(f"building the image {name}")
    proxies = {name: os.environ[name] for name in PROXIES if os.environ.get(name)}
    build = DockerImage(
        context,
        tag=name,
        clean_up=False,
        buildargs={**proxies, **arguments},
        network_mode="host",
        forcerm=True,
    )
    advice = "run ci/prepare-host on a machine without registry, or name an image with --duplicity-image"
    base = f" on {arguments['BASE']}" if "BASE" in arguments else ""
    with telling(f"the image {name} cannot be built from {context}{base}", advice), build:
        return _image(name, build.get_wrapped_image())


def _image(name: str, found: EngineImage) -> Image:
    pairs = (str(pair).partition("=") for pair in found.attrs["Config"].get("Env") or ())
    return Image(name, str(found.id), {variable: value for variable, _, value in pairs})
