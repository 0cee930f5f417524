"""A saboteur on top of our image: in duplicity's place, or as lines of a Dockerfile."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import docker.errors
import requests.exceptions
from docker.models.containers import Container
from testcontainers.core.image import DockerImage

from verify.assets import asset
from verify.detection.catalogue import Saboteur, program
from verify.lab.docker.images import dialect_of, duplicity_image
from verify.lab.hosts.engine import client
from verify.lab.hosts.engine_errors import telling

PLACE = "/usr/local/lib/saboteurs"
STATE = "/tmp/saboteur"  # noqa: S108 - in a container, which is nobody else's
SCREEN = "/proc/1/fd/1"  # what a container's first process prints is the container's log
ADVICE = "see the engine's log"

# The saboteur's program gets the head of the script that it displaces, so that both run by the same Python.
IN_ITS_PLACE = f"""\
COPY saboteurs {PLACE}
RUN real=$(command -v duplicity) && mv "$real" {PLACE}/duplicity && mkdir -m 1777 {STATE} && {{ \\
    head -n 1 {PLACE}/duplicity; \\
    echo "import os, sys"; \\
    echo "run = [sys.executable, '{PLACE}', 'command', '{{name}}', '{SCREEN}', '{STATE}']"; \\
    echo "os.execv(sys.executable, [*run, '{PLACE}/duplicity', '--', *sys.argv[1:]])"; \\
    }} > "$real" && chmod 755 "$real"
"""


@contextlib.contextmanager
def layered(saboteur: Saboteur, release: str, notes: Path) -> Iterator[str]:
    """Given a saboteur, give the name of an image that has it, made of ours with a release, and removed afterwards.

    What it hits in the image's containers is noted. Raise `CannotRunError` where the engine refuses.
    """
    ours = duplicity_image(None, asset("ci/images"), release, dialect_of(release)).name
    name = f"duplicity-verify/saboteur:{saboteur.name}-{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="duplicity-verify-layer-") as context:
        Path(context, "Dockerfile").write_text(f"FROM {ours}\n{_lines(saboteur)}")
        shutil.copytree(program(), Path(context, "saboteurs"), ignore=shutil.ignore_patterns("__pycache__"))
        with telling(f"the image of {saboteur.name} cannot be built", ADVICE):
            DockerImage(context, tag=name, clean_up=False, forcerm=True).build()
    try:
        if saboteur.means == "image":
            notes.write_text("hit \n")
            yield name
        else:
            with _noting(name, notes):
                yield name
    finally:
        with contextlib.suppress(docker.errors.NotFound):
            client().images.remove(name, force=True)


def _lines(saboteur: Saboteur) -> str:
    if saboteur.means == "command":
        return IN_ITS_PLACE.replace("{name}", saboteur.name)
    argv = [sys.executable, str(program()), "image", saboteur.name]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def _noting(image: str, notes: Path) -> Iterator[None]:
    """Follow the logs of an image's containers, and note the lines that are a saboteur's."""
    starts = client().events(decode=True, filters={"event": "start", "type": "container", "image": image})
    followers: list[threading.Thread] = []

    def meet() -> None:
        with contextlib.suppress(requests.exceptions.RequestException, ValueError):  # it ends when it is closed
            for event in starts:
                container = client().containers.get(event["id"])
                followers.append(threading.Thread(target=_follow, args=(container, notes), daemon=True))
                followers[-1].start()

    meeting = threading.Thread(target=meet, daemon=True)
    meeting.start()
    try:
        yield
    finally:
        starts.close()
        for follower in followers:
            follower.join(5)


def _follow(container: Container, notes: Path) -> None:
    rest = b""
    for part in container.logs(stream=True, follow=True):
        *lines, rest = (rest + part).split(b"\n")
        found = [line.decode(errors="replace") for line in lines if line.startswith((b"hit ", b"broken "))]
        if found:
            with notes.open("a") as file:
                file.write("".join(f"{line}\n" for line in found))
