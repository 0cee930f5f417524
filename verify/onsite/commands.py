"""Runs commands at the far end of a host; part of the agent, see there.

A command has a process group of its own, and nothing of it outlives the agent: the kernel kills it
when the agent dies, however it dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import selectors
import signal
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Child = subprocess.Popen[bytes]

PR_SET_PDEATHSIG = 1
CHUNK = 1 << 16
IDLE = 0.1  # seconds of silence after which the pipes of a child that has exited are given up
NOT_RUN = {errno.ENOENT: 127, errno.EACCES: 126, errno.ENOEXEC: 126}  # what a shell makes of them


def find_prctl() -> Callable[..., int] | None:
    """Return libc's prctl; None where it cannot be had, and commands then die with their host only."""
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


prctl = find_prctl()
agent = os.getpid()
lock = threading.Lock()  # between the thread that runs a command and the one that hears of its end
running = {"group": 0, "leaving": 0}


def die_with_the_agent() -> None:
    """Ask the kernel to kill this process when the agent dies; runs in the child, before its exec."""
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != agent:  # it died before the kernel was asked
        os._exit(127)


def kill_child(*, leaving: bool = False) -> None:
    """Kill the running command, if there is one, with all of its group; `leaving`: and any later one."""
    with lock:
        running["leaving"] |= leaving
        if running["group"]:
            with contextlib.suppress(OSError):
                os.killpg(running["group"], signal.SIGKILL)


def run(
    argv: Sequence[bytes], env: Mapping[bytes, bytes], cwd: bytes | None, timeout: float | None, stdin: bytes
) -> Any:
    """Run a command to its end; return its exit status (or -signal), output, wall and CPU seconds.

    A command that is not there, or may not be run, gives 127 or 126 as in a shell.
    """
    started = time.monotonic()
    deadline = None if timeout is None else started + timeout
    try:
        child = start(argv, env, cwd, stdin)
    except OSError as error:
        if error.errno not in NOT_RUN or (cwd is not None and not os.path.isdir(cwd)):  # noqa: PTH112 - bytes
            raise
        text = b"%s: %s\n" % (argv[0], os.strerror(error.errno or 0).encode())
        return outcome(NOT_RUN[error.errno], [b"", text], started)
    collected = exchange(child, stdin, deadline)
    timed_out = not exited_by(child.pid, deadline)
    if timed_out:
        kill_child()
    code, cpu = reap(child)
    return outcome(code, collected, started, cpu, timed_out=timed_out)


def start(argv: Sequence[bytes], env: Mapping[bytes, bytes], cwd: bytes | None, stdin: bytes) -> Child:
    """Start a command in a session of its own."""
    child = subprocess.Popen(
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        preexec_fn=die_with_the_agent,  # noqa: PLW1509 - it calls no Python that a lock could stop
    )
    with lock:
        running["group"] = child.pid
    if running["leaving"]:
        kill_child()
    return child


def outcome(
    code: int, output: Sequence[bytes], started: float, cpu: float = 0.0, *, timed_out: bool = False
) -> dict[str, Any]:
    """Return what `run` answers."""
    return {
        "returncode": code,
        "stdout": output[0],
        "stderr": output[1],
        "seconds": time.monotonic() - started,
        "cpu_seconds": cpu,
        "timed_out": timed_out,
    }


def exchange(child: Child, stdin: bytes, deadline: float | None) -> list[bytes]:
    """Feed a child its stdin and collect its stdout and stderr, until both end or the deadline.

    A daemon that the child left behind may hold the pipes open for ever: once the child has
    exited, silence ends the collecting too.
    """
    pipes = [pipe for pipe in (child.stdout, child.stderr) if pipe]
    collected = {pipe: bytearray() for pipe in pipes}
    unsent = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        if child.stdin:
            os.set_blocking(child.stdin.fileno(), False)
            selector.register(child.stdin, selectors.EVENT_WRITE)
        while not all(pipe.closed for pipe in pipes) and (deadline is None or time.monotonic() < deadline):
            events = selector.select(IDLE)
            if not events and exited(child.pid):
                break
            for key, _ in events:
                if key.fileobj is child.stdin:
                    unsent = feed(child.stdin, unsent, selector)
                else:
                    collect(key.fileobj, collected, selector)
    if child.stdin:
        child.stdin.close()
    for pipe in pipes:
        pipe.close()
    return [bytes(data) for data in collected.values()]


def collect(pipe: Any, collected: dict[IO[bytes], bytearray], selector: selectors.BaseSelector) -> None:
    """Read once from a pipe; close it when it has ended."""
    data = os.read(pipe.fileno(), CHUNK)
    collected[pipe] += data
    if not data:
        selector.unregister(pipe)
        pipe.close()


def feed(pipe: IO[bytes], unsent: memoryview, selector: selectors.BaseSelector) -> memoryview:
    """Write what a pipe takes; return the rest. Close it when nothing is left, or nobody reads."""
    try:
        unsent = unsent[os.write(pipe.fileno(), unsent[:CHUNK]) :]
    except BlockingIOError:
        return unsent
    except BrokenPipeError:
        unsent = unsent[:0]
    if not unsent:
        selector.unregister(pipe)
        pipe.close()
    return unsent


def exited(pid: int, flags: int = os.WNOHANG) -> bool:
    """Return whether a child has exited; it stays a zombie, so that its number stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | flags) is not None


def exited_by(pid: int, deadline: float | None) -> bool:
    """Wait for a child until a deadline; return whether it has exited."""
    if deadline is None:
        return exited(pid, 0)
    pause = 0.0002
    while not exited(pid):
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return True


def reap(child: Child) -> tuple[int, float]:
    """Wait for a child that has exited or was killed; return its exit status and CPU seconds."""
    exited(child.pid, 0)
    with lock:
        _, status, usage = os.wait4(child.pid, 0)
        running["group"] = 0
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    child.returncode = code  # else Popen waits for it again
    return code, usage.ru_utime + usage.ru_stime
