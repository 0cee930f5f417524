"""Where checks are decided: the folders of tests, and what their tests look at beside a job."""

import re
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


@cache
def folder_of(check: str) -> Path | None:
    """Given a check, return the folder whose tests decide it; None where no command of ours runs one."""
    decided = re.compile(rf'@checks\([^)]*"{re.escape(check)}"')
    for name in FOLDERS:
        if any(decided.search(module.read_text()) for module in tests(name).glob("test_*.py")):
            return tests(name)
    return None
