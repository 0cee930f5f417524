"""Finds out what is installed on a host: which duplicity, which backends it has, which gpg."""

import contextlib
import hashlib
import re
from pathlib import Path

from packaging.version import InvalidVersion, Version

from verify.destinations.needs import needs_of
from verify.errors import CannotRunError
from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.host import THIS_MACHINE, Host
from verify.whole_file import write_whole

GPG_MISSING = "gpg was not found, so nothing encrypted can be proven: install it (Debian: apt-get install gnupg)"

_VERSION = re.compile(r"^duplicity\s+(\d[\w.]*)", re.MULTILINE)
_PYTHON = re.compile(r"(^|/)python[\d.]*$")
_LAUNCHED_BY_SHELL = re.compile(r"""exec'\s+['"]?([^'"\s]+)""")  # where a shebang would be too long
BACKENDS = "lib/python*/site-packages/duplicity/backends/"
_MARK = "duplicity-verify:"

# Runs in duplicity's own interpreter, because only there are its backends and their imports. These may print
# something too, hence the mark.
_SCHEMES = f"""
from duplicity import log
log.setup()
from duplicity import backend
backend.import_backends()
for name in [*backend._backends, *backend._backend_prefixes]:
    print("{_MARK}" + name)
"""


def version_of(host: Host, command: tuple[str, ...]) -> Version:
    """Given a command, return the release that it prints. Raise `CannotRunError` if it prints none."""
    done = host.run([*command, "--version"])
    found = _VERSION.search((done.stdout + done.stderr).decode(errors="replace"))
    try:
        return Version(found[1].rstrip(".") if found else "")
    except InvalidVersion:
        raise CannotRunError(
            f"`{' '.join(command)} --version` names no release of duplicity on {host.name} "
            f"(exit code {done.returncode}): give a command, or an image, that runs duplicity"
        ) from None


def schemes_of(host: Host, command: tuple[str, ...]) -> frozenset[str] | None:
    """Given a command, return the URL schemes and prefixes that its duplicity registers.

    None where that cannot be asked, because the command is no Python script that can be read. Of an environment in
    the cache it is remembered as long as nothing is installed there: to import all backends takes 0.3 s of CPU.
    """
    interpreter = interpreter_of(host, command)
    if interpreter is None:
        return None
    known = _memory_of(host, interpreter)
    if known and known.exists():
        return frozenset(known.read_text(encoding="utf-8").splitlines())
    done = host.run([interpreter, "-W", "ignore", "-c", _SCHEMES])
    said = done.stdout.decode(errors="replace").splitlines()
    names = frozenset(line.removeprefix(_MARK) for line in said if line.startswith(_MARK))
    if done.returncode or not names:
        return None
    if known:
        with contextlib.suppress(OSError):  # of a cache that cannot be written it is asked again
            write_whole(known, "\n".join(sorted(names)))
    return names


def _memory_of(host: Host, interpreter: str) -> Path | None:
    """Return the file that remembers the schemes of an environment in the cache; None for another's interpreter."""
    environment = Path(interpreter).parent.parent
    if host.name != THIS_MACHINE or environment.parent != cache_dir() / "duplicity":
        return None
    folders = sorted(environment.glob("lib/python*/site-packages/")) + sorted(environment.glob(BACKENDS))
    what = [(str(folder), folder.stat().st_mtime_ns) for folder in folders]  # another time where something came or went
    return environment / f".schemes-{hashlib.sha256(repr(what).encode()).hexdigest()[:16]}"


def must_have_needs(host: Host, interpreter: str | None, scheme: str) -> None:
    """Raise `CannotRunError` where a host lacks a program or a package that duplicity's backend for a scheme uses.

    `interpreter` is duplicity's own; without it no package is asked for.
    """
    needs = needs_of(scheme)
    for program, package in needs.programs.items():
        if host.run(["/bin/sh", "-c", 'command -v "$0"', program]).returncode:
            raise CannotRunError(
                f"{scheme}:// needs the program {program}, and {host.name} has none: install it "
                f"(Debian: apt-get install {package})"
            )
    if interpreter is None:
        return
    for module in needs.modules:
        if host.run([interpreter, "-W", "ignore", "-c", f"import {module}"]).returncode:
            packages = " ".join(needs.packages)
            raise CannotRunError(
                f"{scheme}:// needs the Python package {module}, and duplicity's Python on {host.name} has none: "
                f"install it there ({interpreter} -m pip install {packages}), or take an image that has it"
            )


def interpreter_of(host: Host, command: tuple[str, ...]) -> str | None:
    """Given a command, return the Python that runs it: its first word, or what its script's head names."""
    if _PYTHON.search(command[0]):
        return command[0]
    where = host.run(["/bin/sh", "-c", 'command -v "$0"', command[0]]).stdout.decode(errors="replace").strip()
    if not where.startswith("/"):
        return None
    return interpreter_in(host.run(["head", "-c", "1024", where]).stdout)


def interpreter_in(head: bytes) -> str | None:
    """Given the first bytes of a script, return the Python that its first lines name, if they name one."""
    lines = head.decode(errors="replace").splitlines()
    if not lines or not lines[0].startswith("#!"):
        return None
    words = lines[0].removeprefix("#!").split()
    if words[:1] and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-")]
    if words and _PYTHON.search(words[0]):
        return words[0]
    launched = _LAUNCHED_BY_SHELL.search("\n".join(lines[1:3]))
    return launched[1] if launched and _PYTHON.search(launched[1]) else None


def gpg_version(host: Host) -> str | None:
    """Return the version of gpg on a host, None where there is none."""
    done = host.run(["gpg", "--version"])
    found = re.search(r"\d+\.\d+[\w.]*", done.stdout.decode(errors="replace"))
    return found[0] if done.returncode == 0 and found else None
