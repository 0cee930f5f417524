"""Runs `npm`, which comes with node, and turns its error messages into one sentence."""

import re
import shutil
import subprocess
from pathlib import Path

from verify.errors import CannotRunError

# What a package needs in turn is taken as it was on this day, so that the same version is the same program next year.
AS_OF = "2026-11-30"


def install_from_npm(folder: Path, package: str, lock: int) -> None:
    """Given a folder and a package as name@version, install it there. No script of a package's is run.

    Raise `CannotRunError` with the cause as far as npm tells it.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise CannotRunError(f"{package} is installed by npm, which was not found: apt-get install npm")
    folder.mkdir(parents=True, exist_ok=True)
    quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    argv = (npm, "install", f"--prefix={folder}", f"--before={AS_OF}", "--no-save", *quietly, package)
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=folder, pass_fds=(lock,))
    if done.returncode:
        told = re.search(r"^npm \S+ code (\S+)", done.stderr, re.MULTILINE)
        said = f"npm says {told[1]}" if told else f"npm ends with exit code {done.returncode}"
        raise CannotRunError(f"{package} could not be installed ({said}): see to the network, then run again")
