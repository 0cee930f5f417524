"""Where checks are decided: the folders of tests, and what their tests look at beside a job."""

import ast
from functools import cache
from pathlib import Path

from verify.assets import tests

FOLDERS = ("suite", "differential", "selection", "regression", "lock", "drill")

# A source as `find` prints it, around what the sample job excludes.
LISTING = """\
config
config/traefik
config/traefik/traefik.yml
duplicity
duplicity/archive
registry
registry/layer
runtime
runtime/socket
"""
# What a user of that source would want of any selection.
PROMISES = ("--must-include=config/traefik", "--must-exclude=runtime")


def folder_of(check: str) -> Path | None:
    """Given a check, return the folder whose tests decide it; None where no command of ours runs one."""
    return next((tests(name) for name in FOLDERS if check in decided_in(tests(name))), None)


@cache
def decided_in(folder: Path) -> frozenset[str]:
    """Given a folder of tests, return the checks that they decide: the words of `@checks(…)`, as Python reads them.

    To collect the tests would say the same, after seconds.
    """
    nodes = (node for module in folder.glob("test_*.py") for node in ast.walk(ast.parse(module.read_text())))
    calls = (node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "checks")
    return frozenset(str(word.value) for call in calls for word in call.args if isinstance(word, ast.Constant))
