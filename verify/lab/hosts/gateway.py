"""Starts the agent of a host, a Python process there, and talks to it."""

import contextlib
import errno
import os
import shlex
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import execnet

from verify.errors import CannotRunError

# Starts the agent: in a session of its own, so that a terminal's Ctrl-C does not reach it; with a file for
# its error messages; and, if asked, with a given environment.
LAUNCHER = (
    "import os,sys;said,n,*a=sys.argv[1:];n=int(n);os.setsid();"
    "os.dup2(os.open(said,os.O_WRONLY|os.O_APPEND),2);"
    "os.execvpe(a[n],a[n:],dict(p.split('=',1) for p in a[:n]) if n else os.environ)"
)
LARGER = "set TMPDIR to a larger disk"
SHIPPED = (  # modules of `verify.onsite` that are called, and those that they import
    "commands",
    "copy_in",
    "copy_out",
    "files",
    "blocks",
    "paths",
    "reading",
    "observe",
    "follow",
    "wipe",
    "materialise",
)


class FarEndError(RuntimeError):
    """The agent of a host raised an unexpected error: a bug in our code, with its traceback."""


class Gateway:
    """A running agent. Requests are answered one at a time; any thread may ask.

    `python` is the command line that starts Python there, without secrets. `environment` is that
    process's own; if it is empty, it inherits ours. `larger` says what to do if its disk is too small.
    """

    def __init__(self, name: str, python: Sequence[str], environment: Mapping[str, str], larger: str = LARGER) -> None:
        self.name = name
        self._larger = larger
        self._lock = threading.Lock()
        self._number = 0
        self._group = execnet.Group()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        try:
            launcher = (
                sys.executable,
                "-I",
                "-S",
                "-c",
                LAUNCHER,
                f"/proc/{os.getpid()}/fd/{self._said.fileno()}",
            )
            self._channel = self._start([*launcher, str(len(environment)), *_pairs(environment), *python])
            self.ask("load", [(module, _source(module)) for module in SHIPPED])
        except BaseException:
            self.close()
            raise

    def _start(self, command: Sequence[str]) -> Any:
        spec = execnet.XSpec("popen")
        spec.python = shlex.join(command)
        gateway = self._group.makegateway(spec)
        try:
            return gateway.remote_exec(_source("agent"))
        except OSError as error:
            raise self._gone() from error

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Given an operation of the agent and its arguments, return its result.

        Raise OSError as the agent did, and `CannotRunError` if the disk is full or the agent is gone.
        """
        with self._lock:
            self._number += 1
            try:
                self._channel.send((self._number, operation, arguments))
                return self._answer(self._number)
            except (EOFError, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                raise self._gone() from error
            except BaseException:  # Ctrl-C: what runs there is of no use any more
                self.interrupt()
                raise

    def interrupt(self) -> None:
        """Kill the command that runs there."""
        with contextlib.suppress(OSError):
            self._channel.send((0, "interrupt", ()))

    def call(self, module: str, function: str, *arguments: Any) -> Any:
        """Call a function of a module that was sent there, as `ask` does."""
        return self.ask("call", module, function, *arguments)

    def _answer(self, expected: int) -> Any:
        parts: list[Any] = []
        while True:
            number, kind, value = self._channel.receive()
            if number != expected:  # of a request that was interrupted
                continue
            if kind == "part":
                parts += value
            elif kind == "done":
                return parts + value if parts else value
            elif kind == "refused":
                raise self._refusal(*value)
            else:
                raise FarEndError(f"in {self.name}:\n{value}")

    def no_space(self, said: str) -> CannotRunError:
        """Given what a program printed about a full disk, return the error to raise."""
        return CannotRunError(f"no space is left on {self.name} ({said}): free some, or {self._larger}")

    def _refusal(self, name: str, path: bytes, text: str) -> Exception:
        if name in {"ENOSPC", "EDQUOT"}:
            return self.no_space(text)
        return OSError(_number_of(name), text, os.fsdecode(path) or None)

    def _gone(self) -> CannotRunError:
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        why = f": {said[-1]}" if said else ""
        return CannotRunError(
            f"{self.name} does not answer{why} (it was stopped, is out of memory, or has no python3): "
            "see to it that it can run, then run again"
        )

    def close(self) -> None:
        """End the agent, and with it the command that runs there."""
        self._group.terminate(timeout=2.0)
        self._said.close()


def _source(module: str) -> str:
    return (files("verify.onsite") / f"{module}.py").read_text(encoding="utf-8")


def _pairs(environment: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in environment.items()]


def _number_of(name: str) -> int:
    return int(getattr(errno, name, errno.EIO))
