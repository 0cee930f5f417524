"""Stands in duplicity's place, or makes of a job what a saboteur makes of it. Standard library only.

`python saboteurs list` prints the catalogue as JSON; `python saboteurs command NAME NOTES STATE REAL… -- WORDS…` runs
the real duplicity with a saboteur around it, where duplicity runs; `python saboteurs job NAME ENV STACK` changes two
files, `python saboteurs source NAME FOLDER` fills a folder, and `python saboteurs image NAME` prints a layer.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import backups
import changes
import images
import jobs
import leftovers
import machines
import metadata
import options
import outputs
import passphrases
import restores
import stores
import structures
import words
from calls import Call
from hooks import SABOTEURS, Saboteur

MODULES = (
    restores, structures, metadata, backups, options, outputs, passphrases, leftovers,
    stores, jobs, words, changes, images, machines,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return an exit code."""
    means, *rest = arguments
    if means == "list":
        print(json.dumps([described(each) for module in MODULES for each in of(module.__name__)], indent=1))
        return 0
    name, *rest = rest
    return {"command": command, "job": job, "source": source, "image": image}[means](SABOTEURS[name], rest)


def of(module: str) -> list[Saboteur]:
    """Return the saboteurs of a module."""
    return [each for each in SABOTEURS.values() if each.function.__module__ == module]


def described(saboteur: Saboteur) -> dict[str, object]:
    """Return a saboteur as the catalogue shows it."""
    fields = ("name", "family", "kind", "check", "means", "lab", "early", "meaning")
    lines = inspect.getsource(saboteur.function).count("\n")
    return {**{name: getattr(saboteur, name) for name in fields}, "lines": lines}


def command(saboteur: Saboteur, rest: list[str]) -> int:
    """Run one command of duplicity's with the saboteur around it."""
    notes, state, *rest = rest
    border = rest.index("--")
    call = Call(rest[:border], rest[border + 1 :], Path(notes), Path(state))
    try:
        return saboteur.apply(call) if call.verb else call.run()
    except Exception as error:
        call.note("broken", repr(error))  # a saboteur that fails is no defect of duplicity's
        raise


def job(saboteur: Saboteur, rest: list[str]) -> int:
    """Change the job's two files. Exit code 1 where it found nothing to change."""
    files = [Path(path) for path in rest]
    before = tuple(file.read_text() for file in files)
    after = saboteur.apply(*before)
    for file, text in zip(files, after, strict=True):
        file.write_text(text)
    return int(after == before)


def source(saboteur: Saboteur, rest: list[str]) -> int:
    """Fill an empty folder."""
    saboteur.apply(Path(rest[0]))
    return 0


def image(saboteur: Saboteur, _: list[str]) -> int:
    """Print lines of a Dockerfile."""
    print(saboteur.apply())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
