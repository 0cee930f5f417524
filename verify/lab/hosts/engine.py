"""The Docker engine, through testcontainers, which knows where it is: DOCKER_HOST, contexts, ssh.

Importing this module costs what docker and testcontainers cost; an embedded run never does.
"""

import atexit
import contextlib
import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any

import docker
import docker.errors
from testcontainers.core.config import testcontainers_config
from testcontainers.core.docker_client import DockerClient

from verify.lab.hosts.engine_errors import REFUSALS, telling

REGISTRY_ANSWERS_WITHIN = 3.0  # seconds


@functools.cache
def connection() -> DockerClient:
    """Return testcontainers' connection to the engine. Raise `CannotRunError` where none answers."""
    with telling("no Docker engine answers", "start one, set DOCKER_HOST, or run with --runtime embedded"):
        found = DockerClient()
        atexit.register(found.client.close)
        _choose_reaper(found.client)
        return found


def client() -> docker.DockerClient:
    """Return a client of the engine, as docker-py has it."""
    return connection().client


def _choose_reaper(engine: docker.DockerClient) -> None:
    """Use testcontainers' reaper only where its image is to be had: without it, nothing would start.

    Our own runs are cleaned up after without it, by the next run at the latest.
    """
    if not testcontainers_config.ryuk_disabled:
        testcontainers_config.ryuk_disabled = not _to_be_had(engine, testcontainers_config.ryuk_image)


def _to_be_had(engine: docker.DockerClient, image: str) -> bool:
    try:
        engine.images.get(image)
    except REFUSALS:
        return _within(REGISTRY_ANSWERS_WITHIN, lambda: engine.images.get_registry_data(image))
    return True


def _within(seconds: float, question: Callable[[], Any]) -> bool:
    """Return whether a question is answered in time: a registry that is cut off takes minutes."""
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(question())
        except REFUSALS:
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers)


def remove_labelled(labels: Mapping[str, str]) -> bool:
    """Remove what has all of these labels: containers, networks, volumes; return whether all is gone."""
    wanted: dict[str, str | list[str] | bool] = {"label": [f"{name}={value}" for name, value in labels.items()]}
    try:
        engine = client()
        for container in engine.containers.list(all=True, filters=wanted, ignore_removed=True):
            _gone(container, force=True, v=True)
        for network in engine.networks.list(filters=wanted):
            _gone(network)
        for volume in engine.volumes.list(filters=wanted):
            _gone(volume, force=True)
    except Exception:  # noqa: BLE001 - whatever it is, the next run tries again
        return False
    return True


def _gone(thing: Any, **how: bool) -> None:
    with contextlib.suppress(docker.errors.NotFound):
        thing.remove(**how)
