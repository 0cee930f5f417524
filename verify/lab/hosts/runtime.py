"""Which runtime a run has, and why: containers where a Docker engine answers, else processes."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

from verify.errors import CannotRunError

ENGINE_ANSWERS_WITHIN = 2.0  # seconds that an engine has to answer
INSTALL = "install one (Debian: apt-get install docker.io)"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether a Docker engine answers. `why` is the end of a sentence: "docker: …"."""

    ok: bool
    why: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class RuntimeChoice:
    """The runtime of a run, and the reason that its header gives."""

    name: Literal["docker", "embedded"]
    why: str


def engine() -> EngineStatus:
    """Return whether a Docker engine answers, within two seconds."""
    if shutil.which("docker") is None:
        return EngineStatus(ok=False, why=f"there is no docker command on PATH: {INSTALL}")
    command = ("docker", "version", "--format", "{{.Server.Version}}")
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=ENGINE_ANSWERS_WITHIN,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return EngineStatus(
            ok=False, why=f"the Docker engine at {_where()} did not answer in {ENGINE_ANSWERS_WITHIN:.0f} seconds"
        )
    version = done.stdout.strip()
    if done.returncode == 0 and version:
        return EngineStatus(ok=True, why=f"a Docker engine answers (version {version})", version=version)
    return EngineStatus(ok=False, why=_refusal(done.stderr))


def _refusal(said: str) -> str:
    if "permission denied" in said.lower():
        return f"this user may not use the Docker engine at {_where()}: join the group docker, or use root"
    if "cannot connect" in said.lower() or "connection refused" in said.lower():
        return f"no Docker engine runs at {_where()}: start it (systemctl start docker), or set DOCKER_HOST"
    lines = said.strip().splitlines() or ["it said nothing"]
    return f"the Docker engine at {_where()} refuses: {lines[-1]}"


def _where() -> str:
    host = os.environ.get("DOCKER_HOST") or "its default socket"
    return host.rpartition("@")[2]  # a user and password may come before it


def choose(requested: str) -> RuntimeChoice:
    """Given "auto", "docker" or "embedded", return the runtime to use.

    Raise `CannotRunError` if containers are asked for and no engine answers.
    """
    if requested == "embedded":
        return RuntimeChoice("embedded", "asked for")
    if requested not in {"auto", "docker"}:
        raise CannotRunError(f"no runtime is called {requested!r}: choose auto, docker or embedded")
    status = engine()
    if status.ok:
        return RuntimeChoice("docker", status.why if requested == "auto" else f"asked for; {status.why}")
    if requested == "docker":
        raise CannotRunError(f"{status.why}; or run without containers: --runtime embedded")
    return RuntimeChoice("embedded", status.why)
