"""Child processes that end with their parent, and finding those that did not."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARKER = "DUPLICITY_VERIFY_RUN"  # in the environment of every process of a run
PR_SET_PDEATHSIG = 1
PROCESS_ENDS_WITHIN = 5.0  # seconds that a process has to end after SIGTERM

_prctl = ctypes.CDLL(None).prctl


def start_bound(argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process that the kernel kills when the thread that starts it ends; its output goes to a log."""
    parent = os.getpid()

    def die_with_the_parent() -> None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(127)

    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            env=env,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a terminal's Ctrl-C is the run's to hear, not the store's
            preexec_fn=die_with_the_parent,  # noqa: PLW1509 - it takes no lock
        )


def end(child: subprocess.Popen[bytes]) -> None:
    """End a process and its group: politely, then not."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PROCESS_ENDS_WITHIN)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # what the group's leader left behind


def marked(run: str) -> Iterator[int]:
    """Given a run's id, yield the numbers of the processes that it started and that still run."""
    wanted = f"{MARKER}={run}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


def kill_marked(run: str) -> None:
    """Given a run's id, kill all the processes that it started, daemons too."""
    deadline = time.monotonic() + PROCESS_ENDS_WITHIN
    while left := set(marked(run)) - {os.getpid()}:
        for number in left:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
