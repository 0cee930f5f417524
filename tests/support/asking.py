"""Asking other programs for the truth: one question in JSON a line, one answer a line."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, cast

from hypothesis import settings

NIGHT = 20  # times as many examples as by day


def examples(by_day: int) -> Callable[[Any], Any]:
    """Given how many examples a test draws by day, return its settings; by night there are many more."""
    nightly = settings.get_current_profile_name() == "nightly"
    return settings(max_examples=by_day * NIGHT if nightly else by_day)


class Asked:
    """A program that runs as long as there are questions, in a folder of its own."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=home,
            env={**os.environ, "HOME": str(home)},  # a parser may make the files that it is told of
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, **question: Any) -> dict[str, Any]:
        """Ask it. Raise RuntimeError where it has ended."""
        stdin, stdout = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        answer = stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} gave no answer to {question}")
        return cast("dict[str, Any]", json.loads(answer))

    def end(self) -> None:
        """Let it end."""
        self._process.communicate()
