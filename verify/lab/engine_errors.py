"""What a Docker engine refuses, as the one sentence that a user can act on."""

import contextlib
from collections.abc import Iterator
from typing import Any

import docker.errors
import requests.exceptions
from testcontainers.core.exceptions import ContainerConnectException, ContainerStartException

from verify.errors import CannotRunError

REFUSALS = (
    docker.errors.DockerException,
    requests.exceptions.RequestException,
    ContainerStartException,
    ContainerConnectException,
    TimeoutError,
)


@contextlib.contextmanager
def telling(what: str, advice: str) -> Iterator[None]:
    """Given what is done and what to do if it fails, raise `CannotRunError` for what the engine refuses."""
    try:
        yield
    except REFUSALS as error:
        raise CannotRunError(f"{what}: {said(error)}: {advice}") from error


def said(error: BaseException) -> str:
    """Given an error of the engine, return what it says, in one line."""
    text: Any = getattr(error, "explanation", None) or getattr(error, "msg", None) or str(error)
    lines = str(text).strip().splitlines() or [type(error).__name__]
    return f"{lines[-1].strip()}{_last_of_the_build(error)}"


def _last_of_the_build(error: BaseException) -> str:
    if not isinstance(error, docker.errors.BuildError):
        return ""
    lines = [str(entry["stream"]).strip() for entry in error.build_log if isinstance(entry, dict) and "stream" in entry]
    said_last = [line for line in lines if line][-3:]
    return f" (its last lines: {' / '.join(said_last)})" if said_last else ""
