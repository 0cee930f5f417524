"""Where duplicity runs and files lie: this machine, or a container.

A host is one long-lived gateway, so that a command costs milliseconds and not a `docker exec`.
"""

import contextlib
import itertools
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from verify.errors import CannotRunError
from verify.lab.hosts.gateway import Gateway
from verify.lab.hosts.transfer import copied
from verify.onsite import copy_in
from verify.secret import Secret
from verify.trees import Inventory, Tree, plan
from verify.trees.inventory import Block

ENOUGH_SPACE = 1 << 20  # bytes; if less is free, a command failed because the disk is full
THIS_MACHINE = "this machine"
LOOPBACK = "127.0.0.1,localhost,::1"
# Variables that a process needs to reach the network. They belong to the machine, not to the job.
PASSED_ON = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "HTTPLIB2_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that has ended. A negative return code is the signal that ended it."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float
    cpu_seconds: float  # of the command and the children that it waited for
    timed_out: bool = False


class Host:
    """A place where commands run and files lie. Paths are text, undecodable bytes as surrogates."""

    def __init__(self, gateway: Gateway, scratch: str, base: Mapping[str, str], cwd: str | None = None) -> None:
        self.name = gateway.name
        self.scratch = scratch
        self._gateway = gateway
        self._cwd = cwd
        self._names = itertools.count(1)
        found = gateway.ask("describe")
        self.euid: int = found["euid"]
        self.python: tuple[int, ...] = tuple(found["python"])
        self.own_environment = {os.fsdecode(name): os.fsdecode(value) for name, value in found["environment"].items()}
        kept = {name: value for name, value in self.own_environment.items() if name in {"PATH", "HOME"}}
        self.base_environment: Mapping[str, str] = {"LANG": "C.UTF-8", **kept, **base}
        self.mkdir(scratch)

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str | Secret] | None = None,
        cwd: str | None = None,
        timeout: float | None = None,
        stdin: bytes = b"",
    ) -> Completed:
        """Given a command, run it to its end; after `timeout` seconds it is killed with its group.

        `env` is all it gets on top of `base_environment`. No such command gives 127, as in a shell.
        """
        environment: dict[str, str | Secret] = {**self.base_environment, **(env or {})}
        revealed = {os.fsencode(name): os.fsencode(_revealed(value)) for name, value in environment.items()}
        there = cwd or self._cwd
        arguments = [os.fsencode(argument) for argument in argv]
        answer = self._gateway.call(
            "commands", "run", arguments, revealed, there and os.fsencode(there), timeout, stdin
        )
        return Completed(tuple(argv), **answer)

    def materialise(self, root: str, wanted: Tree, current: Tree | None = None) -> list[tuple[bytes, str, str]]:
        """Make a folder hold a tree, by the edits from `current` if that is what lies there.

        Return what this host refused, e.g. devices, owners, attributes, as (path, what, error name).
        """
        return self.carry_out(root, plan(wanted, current))

    def carry_out(self, root: str, steps: bytes) -> list[tuple[bytes, str, str]]:
        """Do what `trees.plan` made of trees; return what was refused, as `materialise` does."""
        refused = self._gateway.call("materialise", "materialise", os.fsencode(root), steps)
        return [tuple(one) for one in refused]

    def observe(self, root: str) -> Inventory:
        """Return what lies at a path and below it. Raise FileNotFoundError if nothing does."""
        return Inventory(root, self._gateway.call("observe", "observe", os.fsencode(root)))

    def follow(self, root: str, order: Sequence[Block], done: str) -> int:
        """Read the files of a folder that is being filled in the order of `order_of`, until a file `done` is there.

        It takes as long as that does, and this host does nothing else meanwhile. `observe` then need
        not read them again.
        """
        return int(self._gateway.call("follow", "follow", os.fsencode(root), list(order), os.fsencode(done)))

    def scratch_path(self, name: str) -> str:
        """Return an unused path `<scratch>/<name>-<n>`."""
        return f"{self.scratch}/{name}-{next(self._names)}"

    @contextlib.contextmanager
    def scratch_for(self, name: str) -> Iterator[str]:
        """Give an unused path, as `scratch_path` does; whatever lies there afterwards is removed."""
        path = self.scratch_path(name)
        try:
            yield path
        finally:
            self.remove(path)

    def mkdir(self, path: str, mode: int = 0o755) -> None:
        """Make a folder and its parents. It may exist already."""
        self._gateway.ask("mkdir", os.fsencode(path), mode)

    def remove(self, path: str) -> None:
        """Remove a path and all below it; a mount point is emptied. Nothing there is fine."""
        self._gateway.call("wipe", "wipe", os.fsencode(path))

    def put(self, path: str, data: bytes, mode: int = 0o600) -> None:
        """Write a file."""
        self._gateway.ask("put", os.fsencode(path), data, mode)

    def get(self, path: str) -> bytes:
        """Return a file's bytes. Raise OSError, e.g. FileNotFoundError, where it cannot be read."""
        return bytes(self._gateway.ask("get", os.fsencode(path)))

    def part(self, path: str, offset: int, length: int) -> bytes:
        """Return a stretch of a file's bytes: fewer than `length` only at its end."""
        return bytes(self._gateway.call("files", "part", os.fsencode(path), offset, length))

    def sizes(self, folder: str) -> list[tuple[bytes, int, int]]:
        """Return (name, bytes, modification time in ns) of each file in a folder, in order of their names."""
        return [tuple(each) for each in self._gateway.call("files", "sizes", os.fsencode(folder))]

    def digest(self, path: str, algorithm: str) -> tuple[str, int]:
        """Return a file's hexadecimal digest by an algorithm that hashlib knows, and how many bytes it has."""
        digest, size = self._gateway.call("files", "digest", os.fsencode(path), algorithm)
        return digest, size

    def exists(self, path: str) -> bool:
        """Return whether there is anything at a path, be it a dangling symlink."""
        return bool(self._gateway.ask("exists", os.fsencode(path)))

    def free_space(self, path: str) -> int:
        """Return how many bytes can still be written at a path that exists."""
        return int(self._gateway.ask("free_space", os.fsencode(path)))

    def must_have_space(self, *paths: str) -> None:
        """Raise `CannotRunError` if one of the paths exists and its disk is full."""
        for path in paths:
            if self.exists(path) and self.free_space(path) < ENOUGH_SPACE:
                raise self.no_space(f"{path} is full")

    def no_space(self, said: str) -> CannotRunError:
        """Given what a program printed about a full disk, return the error to raise."""
        return self._gateway.no_space(said)

    def stream_in(self, local_dir: str | Path, remote_dir: str) -> list[str]:
        """Copy a folder of the test process's machine to this host, with all its metadata.

        Return the paths that could not be read here or made there. Raise `CannotRunError` if the
        folder cannot be read at all.
        """
        root = os.fsencode(remote_dir)
        refused: list[bytes] = []
        for records in copied(Path(local_dir), root, refused):
            refused += self._gateway.call("copy_in", "unpack", root, records)
        return sorted({os.fsdecode(path) for path in refused})

    def stream_out(self, remote_dir: str, local_dir: str | Path) -> list[str]:
        """Copy a folder of this host to a new one of the test process's machine, with all its metadata.

        Return the paths that could not be read there or made here.
        """
        root = os.fsencode(local_dir)
        self._gateway.call("copy_out", "begin", os.fsencode(remote_dir), root)
        refused: set[bytes] = set()
        while True:
            records, unread = self._gateway.call("copy_out", "more")
            refused |= set(unread)
            if not records:
                return sorted(map(os.fsdecode, refused))
            refused |= set(copy_in.unpack(root, records))

    @cached_property
    def elsewhere(self) -> tuple[str, ...]:
        """Words to put before a command so that it runs under another host name; empty where that is not allowed."""
        words = ("unshare", "--uts", "sh", "-c", 'hostname localhost && exec "$@"', "sh")
        return words if not self.run([*words, "true"]).returncode else ()

    def cpu_seconds(self) -> float:
        """Return the CPU seconds used there so far: by commands that have ended, and by the host's agent."""
        return float(self._gateway.ask("cpu"))

    def interrupt(self) -> None:
        """Kill the running command. Call it from another thread than the one that waits for the command."""
        self._gateway.interrupt()

    def close(self) -> None:
        """End the host's gateway and what runs through it. Its files stay; the run removes them."""
        self._gateway.close()


def _revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def local_host(scratch: str | Path, marker: Mapping[str, str] | None = None) -> Host:
    """Return this machine as a host. Commands run in scratch, and have their HOME and TMPDIR there.

    `marker` is put into every environment there, by which `runs` finds what a dead run left.
    """
    scratch = str(scratch)
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": f"{scratch}/home",
        "TMPDIR": f"{scratch}/tmp",  # noqa: S108 - it is in scratch, which is nobody else's
        **(marker or {}),
    }
    gateway = Gateway(THIS_MACHINE, (sys.executable, "-I", "-S"), own)
    try:
        host = Host(gateway, scratch, {**own, **_network()}, cwd=scratch)
        host.mkdir(own["HOME"], 0o700)
        host.mkdir(own["TMPDIR"], 0o700)
    except BaseException:
        gateway.close()
        raise
    return host


def _network() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    around = ",".join(filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), LOOPBACK)))
    return {**passed, "NO_PROXY": around, "no_proxy": around}


def container_host(container_id: str, scratch: str, user: str | None = None) -> Host:
    """Return a running container as a host; `user` is the image's own unless given.

    What the container was given as its environment is `own_environment`; commands inherit PATH and
    HOME of it.
    """
    docker = shutil.which("docker")
    if docker is None:
        raise CannotRunError(
            "an engine answers, but there is no docker command on PATH to reach into a container with: "
            "install it (Debian: apt-get install docker.io), or run with --runtime embedded"
        )
    as_user = ("-u", user) if user else ()
    python = (docker, "exec", "-i", *as_user, container_id, "python3", "-I", "-S")
    gateway = Gateway(f"container {container_id[:12]}", python, {}, "give the engine a larger disk")
    try:
        return Host(gateway, scratch, {})
    except BaseException:
        gateway.close()
        raise
