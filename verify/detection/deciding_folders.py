"""Where checks are decided: the folders of tests, and what their tests look at beside a job."""

from functools import cache
from pathlib import Path

from verify.assets import tests
from verify.written_tests import checks_named, test_functions

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


def modules_of(check: str, folder: Path) -> list[Path]:
    """Given a check and a folder of tests, return the modules that decide it."""
    return [module for module in sorted(folder.glob("test_*.py")) if check in _decided_by(module)]


def decided_in(folder: Path) -> frozenset[str]:
    """Given a folder of tests, return the checks that they decide. To collect them would say the same after seconds."""
    return frozenset().union(*map(_decided_by, folder.glob("test_*.py")))


@cache
def _decided_by(module: Path) -> frozenset[str]:
    return frozenset(check for test in test_functions(module) for check in checks_named(test))
