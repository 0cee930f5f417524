"""What a Docker engine refuses, as the one sentence that a user can act on."""

import contextlib
import re
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

# What is worth quoting of a build's log, the most telling first.
TELLING = ("not found", "fatal error:", "E: ", "Could not", "No space left", "ERROR: ", "error: ")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@contextlib.contextmanager
def telling(what: str, advice: str) -> Iterator[None]:
    """Given what is done and what to do if it fails, raise `CannotRunError` for what the engine refuses."""
    try:
        yield
    except REFUSALS as error:
        raise CannotRunError(f"{what}: {said(error)}: {advice}") from error


def said(error: BaseException) -> str:
    """Given an error of the engine, return what it says, in one line."""
    if isinstance(error, docker.errors.BuildError):
        return _why_not_built(error)
    text: Any = getattr(error, "explanation", None) or getattr(error, "msg", None) or str(error)
    lines = str(text).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()


def _why_not_built(error: docker.errors.BuildError) -> str:
    """Return the line of a build's log that tells most, behind the step that ended it."""
    log = "".join(str(entry.get("stream", "")) for entry in error.build_log if isinstance(entry, dict))
    lines = [line.strip() for line in _COLOUR.sub("", log).splitlines() if line.strip()]
    steps = [line for line in lines if line.startswith("Step ")]
    telling = [line for sign in TELLING for line in lines if sign in line]
    return ": ".join([*steps[-1:], *(telling[:1] or [str(error.msg).strip().splitlines()[0]])])
