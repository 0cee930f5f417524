"""Runs tests with a part of ours that is broken on purpose, by a plugin that breaks it."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def exit_codes(plugin: str, named_by: str, name: str, module: str, tests: str) -> list[int]:
    """Run a module's tests that match an expression as they are, and with one break of a plugin; return both codes.

    The plugin is a module of this folder; `named_by` is the variable that tells it which of its breaks to make.
    """
    words = [f"tests/{module}", "-k", tests, "-n", "0", "-q", "--tb=line", "-p", plugin]
    support = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    return [_exit_code(words, support), _exit_code(words, {**support, named_by: name})]


def _exit_code(words: list[str], environment: dict[str, str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=CHECKOUT, env=environment, check=False
    ).returncode
