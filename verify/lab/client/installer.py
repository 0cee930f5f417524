"""Runs `uv`, which is one of our dependencies, and turns its error messages into one sentence."""

import subprocess
from pathlib import Path

from verify.errors import CannotRunError

TO_COMPILE = (
    "a C compiler, msgfmt, and the headers of librsync and Python "
    "(Debian: apt-get install gcc librsync-dev python3-dev gettext)"
)

_UNREACHABLE = (
    "error sending request",
    "Failed to fetch",
    "Could not connect",
    "the network was disabled",
    "dns error",
)
# Which lines of a long error message are worth quoting, the most useful first.
_TELLING = ("fatal error:", "error: command", "error: ", "cause: ")
_UNKNOWN = ("no version of", "was not found in the package registry")


def make_environment(folder: Path, python: str, lock: int) -> None:
    """Given a folder and an interpreter (a path, or a version such as 3.11), make a virtual environment."""
    said = _uv(folder.parent, ("venv", "--python", python, str(folder)), lock)
    if said is not None:
        raise CannotRunError(
            f"no virtual environment could be made with Python {python}: {_last_line(said)}; "
            "install that Python, or see whether the disk of the cache is full"
        )


def install(folder: Path, *requirements: str, what: str, lock: int, hint: str = "", pins: Path | None = None) -> None:
    """Given an environment and requirements, install these, and nothing else unless `pins` are given.

    `what` is the thing's name in a sentence; `hint` what it takes to compile it, if it must be; `pins` a file with
    versions, for what the requirements need in turn. Raise `CannotRunError` with the cause as far as uv tells it.
    """
    into = ("pip", "install", "--compile-bytecode", "--python", str(folder / "bin" / "python"))
    more = ("--constraint", str(pins)) if pins else ("--no-deps",)
    said = _uv(folder.parent, (*into, *more, *requirements), lock)
    if said is not None:
        raise CannotRunError(why_not(said, what, hint))


def is_known(requirement: str, cwd: Path) -> bool:
    """Given a requirement, return whether the package index has it, or cannot be asked. Installs nothing."""
    asking = ("pip", "install", "--dry-run", "--no-deps", "--no-build", "--target", str(cwd / "nothing"))
    said = _uv(cwd, (*asking, requirement))
    return said is None or not any(sign in said for sign in _UNKNOWN)


def why_not(said: str, what: str, hint: str = "") -> str:
    """Given what uv said when it failed to install `what`, return the sentence for the user."""
    if any(sign in said for sign in _UNREACHABLE):
        return (
            f"{what} is not in the cache and the package index cannot be reached: run "
            "`duplicity-verify doctor --prepare` on a machine with network, or see to the network here"
        )
    if any(sign in said for sign in _UNKNOWN):
        return f"the package index has no {what}: look up which releases there are"
    if "No space left" in said:
        return f"{what} could not be installed for want of space: free some, or set DUPLICITY_VERIFY_CACHE"
    if hint:
        return f"{what} exists as source only and could not be compiled: it needs {hint}; {_last_line(said)}"
    return f"{what} could not be installed: {_last_line(said)}"


def _uv(cwd: Path, arguments: tuple[str, ...], *locks: int) -> str | None:
    """Run uv to its end; return None if all went well, else what it said.

    It runs in the cache, where no pyproject.toml of the user's constrains what it installs.
    """
    try:
        import uv  # noqa: PLC0415 - the image of the drill has none
    except ModuleNotFoundError:
        return (
            "error: there is no uv here; the image of the drill has the duplicity that it was built with, and no other"
        )
    argv = [uv.find_uv_bin(), "--quiet", "--no-progress", "--color", "never", *arguments]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=cwd, pass_fds=locks, errors="replace")
    return None if done.returncode == 0 else done.stderr.strip() or f"exit code {done.returncode}"


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for sign in _TELLING for line in lines if sign in line]
    return f"uv says: {(telling or lines[-1:])[0]}"
