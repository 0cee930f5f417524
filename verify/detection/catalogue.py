"""The saboteurs of `tests/sabotage`, as data: they themselves run where duplicity runs, and are never imported here."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from verify.assets import asset
from verify.checks import CATALOGUE
from verify.errors import CannotRunError

FAMILIES = ("tool", "store", "configuration", "environment")


@dataclass(frozen=True, slots=True)
class Saboteur:
    """One deliberate defect, and the check that has to catch it."""

    name: str
    family: str  # one of FAMILIES
    kind: str  # what of it is sabotaged: "restore", "backup", "store" …
    check: str
    means: str  # how it comes in: "command", "job", "source" or "image"
    lab: str  # the runtime that it needs; empty where any will do
    early: str  # part of the name of a test that is tried first; empty where any will do
    meaning: str
    lines: int  # of its function

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Given what the program lists, return the saboteur. Raise ValueError if it names no check of ours."""
        found = cls(**data)
        if found.check not in CATALOGUE or found.family not in FAMILIES:
            raise ValueError(f"{found.name} is of no family, or names no check: {found.family}, {found.check}")
        return found


def program() -> Path:
    """Return the saboteurs' program. Raise `CannotRunError` outside of a checkout: it is not shipped."""
    try:
        return asset("tests/sabotage/saboteurs")
    except CannotRunError:
        raise CannotRunError(
            "the saboteurs are not part of an installed duplicity-verify: run detect in a checkout (uv run)"
        ) from None


def saboteurs() -> tuple[Saboteur, ...]:
    """Return the catalogue, in its order."""
    return tuple(map(Saboteur.from_json, _listed(program())))


@cache
def _listed(program: Path) -> Any:
    done = subprocess.run([sys.executable, str(program), "list"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def one_of_each(catalogue: Sequence[Saboteur]) -> tuple[Saboteur, ...]:
    """Given saboteurs, return the first of each check, and of each kind: what every change has to stand."""
    met: set[str] = set()
    first = []
    for saboteur in catalogue:
        new = {f"check {saboteur.check}", f"kind {saboteur.kind}"} - met
        if new:
            first.append(saboteur)
        met |= new
    return tuple(first)
