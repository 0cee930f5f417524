"""A swarm of one node, in this machine's engine, and stacks in it; the engine is left as it was found."""

import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.lab.hosts.cache import cache_dir, locked

GATEWAY_BRIDGE = "docker_gwbridge"  # the engine makes it with the swarm, and keeps it


def docker(*words: str, env: Mapping[str, str] | None = None) -> str:
    """Run docker; return what it printed. Raise AssertionError where it fails."""
    done = subprocess.run(["docker", *words], check=False, capture_output=True, text=True, env=env)
    assert not done.returncode, f"docker {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


def within(seconds: float, what: str, found: Callable[[], Any]) -> Any:
    """Ask until there is an answer; return it. Raise AssertionError where there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(1)
    return answer


@dataclass
class Swarm:
    """A swarm, and the name that all of a test's stacks, volumes and secrets begin with."""

    name: str
    node: str

    def deploy(self, file: Path, stack: str) -> None:
        """Deploy a stack file."""
        docker("stack", "deploy", "--resolve-image", "never", "-c", str(file), f"{self.name}-{stack}")

    def remove(self, stack: str) -> None:
        """Remove a stack; wait until its containers and networks are gone."""
        full = f"{self.name}-{stack}"
        docker("stack", "rm", full)
        label = f"label=com.docker.stack.namespace={full}"
        within(90, f"the containers of {full} end", lambda: not docker("ps", "-aq", "--filter", label))
        within(60, f"the networks of {full} go", lambda: not docker("network", "ls", "-q", "--filter", label))

    def volume(self, what: str) -> str:
        """Make a volume; return its name."""
        return docker("volume", "create", f"{self.name}-{what}")

    def state_of(self, service: str) -> list[str]:
        """Return the states of a service's tasks, and why they ended, for a message."""
        return docker(
            "service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", f"{self.name}-{service}"
        ).splitlines()


@contextlib.contextmanager
def one_node_swarm() -> Iterator[Swarm]:
    """Give a swarm. What was made in it is removed, and the engine leaves it unless it was in one before."""
    with locked(cache_dir() / "swarm"):  # one test at a time: it leaves the swarm at its end
        yield from _one_node_swarm()


def _one_node_swarm() -> Iterator[Swarm]:
    before = json.loads(docker("info", "--format", "{{json .Swarm}}"))["LocalNodeState"] == "active"
    bridged = bool(docker("network", "ls", "-q", "--filter", f"name=^{GATEWAY_BRIDGE}$"))
    if not before:
        docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1")
    made = Swarm(f"dv{secrets.token_hex(3)}", docker("info", "--format", "{{.Name}}"))
    try:
        yield made
    finally:
        stacks = docker("stack", "ls", "--format", "{{.Name}}").split()
        own = [each.removeprefix(f"{made.name}-") for each in stacks if each.startswith(f"{made.name}-")]
        for stack in sorted(own, key="backup".__eq__):  # last of them what has the network of the others
            made.remove(stack)
        for volume in docker("volume", "ls", "-q", "--filter", f"name=^{made.name}-").split():
            docker("volume", "rm", volume)
        if not before:
            docker("swarm", "leave", "--force")
            if not bridged:
                within(30, "the engine's bridge of the swarm goes", _bridge_is_gone)


def _bridge_is_gone() -> bool:
    subprocess.run(["docker", "network", "rm", GATEWAY_BRIDGE], check=False, capture_output=True)
    return not docker("network", "ls", "-q", "--filter", f"name=^{GATEWAY_BRIDGE}$")
