"""The server processes of a lab: started on free loopback ports, and removed without a trace."""

import contextlib
import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.errors import CannotRunError
from verify.lab.hosts.runs import LabelledRun
from verify.secret import Secret, masked

ATTEMPTS = 3  # another program may take a port between our look and the server's start
STALE_AFTER = 60.0  # seconds; a socket file is made, then listened on
SEAWEEDFS_SOCKETS = (Path("/tmp"), "seaweedfs-*.sock")  # noqa: S108 - it makes them there, whatever TMPDIR says

Keys = tuple[Secret, Secret]  # access key, secret key


@dataclass(frozen=True)
class Command:
    """How to start a server: its argv, which holds no secret, and its environment."""

    argv: Sequence[str]
    env: Mapping[str, str]


@dataclass
class Server:
    """A process that serves on this machine's loopback at `port`, with all its files in `folder`."""

    spawn: Callable[[], subprocess.Popen[bytes]]
    folder: Path
    port: int
    keys: Keys

    def __post_init__(self) -> None:
        self.process = self.spawn()

    @property
    def address(self) -> str:
        """Where it serves, as host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server printed, its keys masked."""
        return masked((self.folder / "server.log").read_text(errors="replace"), self.keys)

    def running(self) -> bool:
        """Return whether the process still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the process at once, as if the power failed."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def start(self) -> str:
        """Start the process again on its old data, in the main thread; return its address."""
        self.process = self.spawn()
        return self.address

    def close(self) -> None:
        """End the process, since its data is thrown away, and remove its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        remove_dead_sockets(older_than=0)


def new_keys() -> Keys:
    """Return a random access key and secret key."""
    return Secret(secrets.token_hex(10)), Secret(secrets.token_hex(20))


def free_port() -> int:
    """Return a loopback port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(
    name: str,
    run: LabelledRun,
    command: Callable[[Path, int, Keys], Command],
    ready: Callable[[Server], None],
    folder: str = "store",
) -> Server:
    """Given how to start a server, and a function that waits until it is ready, return it running.

    Its files go to a folder of that name in the run's scratch. `ready` raises TimeoutError if the server does not get
    ready. The server gets other ports then; after some attempts `CannotRunError` is raised. Call it in the main
    thread: the server ends with the thread that started it.
    """
    said = ""
    for _ in range(ATTEMPTS):
        server = _start(run, run.scratch / folder, command)
        try:
            ready(server)
        except TimeoutError:
            said = server.log.strip()
            server.close()
        except BaseException:
            server.close()
            raise
        else:
            return server
    last = said.splitlines()[-1] if said else "it said nothing"
    raise CannotRunError(f"{name} did not start on this machine ({last}): look at free memory and disk, then try again")


def _start(run: LabelledRun, folder: Path, command: Callable[[Path, int, Keys], Command]) -> Server:
    shutil.rmtree(folder, ignore_errors=True)
    for each in (folder / "data", folder / "tmp"):
        each.mkdir(parents=True, mode=0o700)
    port, keys = free_port(), new_keys()
    wanted = command(folder, port, keys)
    env = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder / "tmp"), **wanted.env}
    return Server(lambda: run.start_child(wanted.argv, env, folder / "server.log"), folder, port, keys)


def remove_dead_sockets(older_than: float = STALE_AFTER) -> None:
    """Remove unused socket files of SeaweedFS, which it leaves behind whether it is killed or not.

    Only those of this user that were made more than `older_than` seconds ago.
    """
    folder, pattern = SEAWEEDFS_SOCKETS
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):
            found = path.lstat()
            ours = stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()
            if ours and time.time() - found.st_mtime >= older_than and not _is_listened_on(path):
                path.unlink()


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True
