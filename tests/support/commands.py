"""The console command, in a process that is forked from one that has imported what its runs import.

Imports are most of what a short run costs. That it runs in a process of its own as well is tested in tests/front.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from verify.detection.pytest_runs import FROZEN, IMPORTED

MORE = ("xdist.plugin", "rich.console", "verify.cli", "verify.commands.selection", "verify.drill.opening")
_forking = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class Command:
    """A command that runs; `apart`: whether what it prints as errors is kept apart."""

    def __init__(
        self, *words: str, folder: Path, environment: Mapping[str, str] | None = None, stdin: bytes = b"",
        apart: bool = False,
    ) -> None:  # fmt: skip
        _forking.set_forkserver_preload([*IMPORTED, *MORE, FROZEN])
        self._files = [_written(stdin), _written(b""), *([_written(b"")] if apart else [])]
        names = [file.name for file in self._files]
        arguments = (words, str(folder), dict(environment or os.environ), names)
        self._process = _forking.Process(target=_run, args=arguments)
        self._process.start()

    def ended(self) -> Done:
        """Wait for its end."""
        try:
            self._process.join()
        except BaseException:
            self.terminate()  # which has it clean up after itself
            raise
        said = [Path(file.name).read_text(encoding="utf-8", errors="replace") for file in self._files[1:]]
        for file in self._files:
            file.close()
        return Done(self._process.exitcode or 0, said[0], said[-1])

    def terminate(self) -> None:
        """End it, if it still runs."""
        self._process.terminate()
        self._process.join()


def _written(data: bytes) -> IO[bytes]:
    file = tempfile.NamedTemporaryFile(prefix="dvt-")  # noqa: SIM115 - closed when the command has ended
    file.write(data)
    file.flush()
    return file


def _run(words: tuple[str, ...], folder: str, environment: dict[str, str], names: list[str]) -> None:
    """Be the command: in its folder, with its environment, input and outputs."""
    stdin, *outputs = names
    os.dup2(os.open(stdin, os.O_RDONLY), 0)
    for number, name in enumerate((outputs * 2)[:2], 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as a new process has it
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a fork server ignores it
    from verify.cli import main  # noqa: PLC0415 - in the forked process

    sys.exit(main(words))
