"""The far end of a host: answers its requests, where commands run and files lie.

Its source is sent through an execnet gateway and run there, so it needs nothing but Python 3.8's
standard library. The modules that it calls are sent after it, all at once; each is loaded when it
is first used. Requests are `(number, operation, arguments)`; answers are `(number, kind, value)`
with kind "part" (of a generator's items), "done", "refused" (an OSError) or "bug" (anything else).
Paths, arguments and environments are sent as bytes: not every name is text.
"""
# Paths are bytes here, which pathlib does not take.
# ruff: noqa: PTH103, PTH123

from __future__ import annotations

import errno
import importlib
import os
import queue
import signal
import sys
import traceback
import types
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Send = Callable[[tuple[int, str, Any]], None]
    channel: Any

PACKAGE = "verify.onsite"
PART = 100  # items in one message


def describe() -> dict[str, Any]:
    """Return what the host wants to know of this end, once."""
    return {
        "euid": os.geteuid(),
        "python": list(sys.version_info[:3]),
        # Not os.environ: where it says no locale, Python adds one.
        "environment": dict(pair.split(b"=", 1) for pair in get(b"/proc/self/environ").split(b"\0") if b"=" in pair),
    }


def mkdir(path: bytes, mode: int) -> None:
    """Make a folder and those above it; one that is there already is fine."""
    os.makedirs(path, mode=mode, exist_ok=True)


def put(path: bytes, data: bytes, mode: int) -> None:
    """Write a file; it has its mode from the first byte on."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(number, "wb") as file:
        os.fchmod(number, mode)
        file.write(data)


def get(path: bytes) -> bytes:
    """Return a file's bytes."""
    with open(path, "rb") as file:
        return file.read()


def free_space(path: bytes) -> int:
    """Return the bytes that this user can still write below a path."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def cpu() -> float:
    """Return the CPU seconds of this process, and of those that it has waited for."""
    return sum(os.times()[:4])


class Sent:
    """Finds and loads the modules of `verify.onsite` that were sent: there is no `verify` to import from here."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        """Return how a module is loaded; None for one that was not sent."""
        loader: Any = self
        return ModuleSpec(name, loader) if name in self._sources else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python to make the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run a module's source."""
        code = compile(self._sources[module.__name__], module.__name__, "exec")
        exec(code, module.__dict__)  # noqa: S102 - the host's own modules


def load(sources: list[tuple[str, str]]) -> None:
    """Given (name, source) of modules of `verify.onsite`, let them be imported: each is loaded when it is first used.

    Most hosts use few of them, and to compile all takes longer than to start Python.
    """
    for package in (PACKAGE.partition(".")[0], PACKAGE):
        sys.modules[package] = types.ModuleType(package)
        sys.modules[package].__path__ = []
    sys.meta_path.insert(0, Sent({f"{PACKAGE}.{name}": source for name, source in sources}))


def call(name: str, function: str, *arguments: Any) -> Any:
    """Call a function of a module that was sent."""
    return getattr(importlib.import_module(f"{PACKAGE}.{name}"), function)(*arguments)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "describe": describe,
    "mkdir": mkdir,
    "put": put,
    "get": get,
    "exists": os.path.lexists,
    "free_space": free_space,
    "cpu": cpu,
    "load": load,
    "call": call,
}


def answer(send: Send, number: int, operation: str, arguments: tuple[Any, ...]) -> None:
    """Do what a request asks, and send what came of it."""
    try:
        value = OPERATIONS[operation](*arguments)
        if isinstance(value, types.GeneratorType):
            value = send_parts(send, number, value)
        send((number, "done", value))
    except OSError as error:
        path = error.filename
        path = os.fsencode(path) if isinstance(path, (str, bytes)) else b""
        send(
            (
                number,
                "refused",
                (errno.errorcode.get(error.errno or 0, "EIO"), path, error.strerror or str(error)),
            )
        )
    except Exception:  # noqa: BLE001 - the host raises it again
        send((number, "bug", traceback.format_exc()))


def send_parts(send: Send, number: int, items: Iterator[Any]) -> list[Any]:
    """Send items on as they come, `PART` at a time; return the last ones."""
    part: list[Any] = []
    for item in items:
        if len(part) == PART:
            send((number, "part", part))
            part = []
        part.append(item)
    return part


def serve(channel: Any) -> None:
    """Answer a channel's requests one by one until it closes, which kills the command that is running."""
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def arrived(request: Any) -> None:
        urgent = request is None or request[1] == "interrupt"
        if urgent and f"{PACKAGE}.commands" in sys.modules:
            call("commands", "kill_child", request is None)
        if request is None or not urgent:
            requests.put(request)

    # Ctrl-C in a terminal reaches this process too, but the host decides what to do about it. The
    # signal is handled, not ignored: the commands would inherit that it is ignored.
    signal.signal(signal.SIGINT, lambda *_: None)
    os.umask(0o022)
    channel.setcallback(arrived, endmarker=None)
    while True:
        request = requests.get()
        if request is None:
            return
        answer(channel.send, *request)


if __name__ == "__channelexec__":
    serve(channel)  # noqa: F821 - execnet gives it
