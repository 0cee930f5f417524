"""Turns errors of the Docker engine into one sentence that tells the user what to do."""

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

# Which lines of a build's log are worth quoting, the most useful first.
TELLING = ("not found", "fatal error:", "E: ", "Could not", "No space left", "ERROR: ", "error: ")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


@contextlib.contextmanager
def telling(what: str, advice: str) -> Iterator[None]:
    """Given what is being done and what to do if it fails, turn an error of the engine into a `CannotRunError`."""
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
    """Return the failed step of a build, and the most useful line of its log."""
    log = "".join(str(entry.get("stream", "")) for entry in error.build_log if isinstance(entry, dict))
    lines = [line.strip() for line in _COLOUR.sub("", log).splitlines() if line.strip()]
    steps = [line for line in lines if line.startswith("Step ")]
    telling = [line for sign in TELLING for line in lines if sign in line]
    return ": ".join([*steps[-1:], *(telling[:1] or [str(error.msg).strip().splitlines()[0]])])
