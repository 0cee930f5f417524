"""The digest of all that a proof depends on. What it does not name must not change a result."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import verify
from verify.assets import suite

LEFT_OUT = {"__pycache__"}  # written by Python itself, from the sources that are looked at


def digest_of(basis: Mapping[str, str]) -> str:
    """Given what a proof depends on, by name, return its digest; the order of the names does not matter."""
    return hashlib.sha256(json.dumps(dict(sorted(basis.items()))).encode()).hexdigest()


@cache
def suite_code() -> str:
    """Return the digest of our own code: the instrument, the suite, and what draws for them."""
    folders = (Path(verify.__file__).parent, suite())
    drawn_by = f"{platform.python_version()} {version('hypothesis')} {version('pytest')}"
    return hashlib.sha256(f"{drawn_by} {code_of(folders)}".encode()).hexdigest()


def code_of(folders: Iterable[Path]) -> str:
    """Given folders, return the digest of the files in them: of their names and their bytes."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not LEFT_OUT & {*name.parts}:
                data = path.read_bytes()
                found.update(f"{name}\0{len(data)}\0".encode())
                found.update(data)
    return found.hexdigest()
