"""Destinations of the field's shapes: made step by step, by a real duplicity, in a copy of the shape's folder.

A shape's `expected.toml` may have steps. They are taken once, in their order, before anything is asked; each names one
thing to do, and what is named lies in the copy of the shape's folder (`@HERE@` in its files):

    [[destination]]
    write = "source/letters/a.txt"      # a file, with `text = "…"` or `size = 3_000_000` bytes that nothing shrinks
    [[destination]]
    full = "-3D"                        # or `incremental`: a backup of the job, at a time by its clock;
    options = "--volsize 1"             # `options`: more words; `env_file`: another job's file than duplicity.env
    [[destination]]
    remove = "destination/*.manifest*"  # or `cut` to half, or `copy` and `move` `to = "aside"`: all that match, or
    which = -1                          # `which` of them, by name: 1 is the first, -1 the last
    [[destination]]
    age = "destination/*"               # what matches was written at a time
    at = "-5h"
    [[destination]]
    duplicity = "cleanup --force file://@HERE@/destination"    # any words
    [[destination]]
    command = "drill --env-file duplicity.env"    # a command of ours, for what it remembers

A question may have steps of its own, taken before it is asked: `first = [{ duplicity = "…" }]`.

Times are `-3D`, `-20h`, `-5m`, `+400D`, counted from when the steps are taken, or as `2026-05-01T00:00:00Z`. What is
written is an hour younger than the step before it, so that a backup that follows sees that it changed.
"""

import functools
import os
import random
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from commands import Command

from verify.job import read_job
from verify.lab.client.gpg_settings import FILES, SETTINGS
from verify.lab.client.provision import provision_duplicity
from verify.secret import Secret

HERE = "@HERE@"
ENV_FILE = "duplicity.env"
STEPS = frozenset({"write", "full", "incremental", "remove", "cut", "copy", "move", "age", "duplicity", "command"})
KEYS_OF_STEP = STEPS | {"text", "size", "options", "env_file", "which", "to", "at"}
SECONDS = {"D": 86_400, "h": 3600, "m": 60, "s": 1}
Steps = Sequence[Mapping[str, Any]]
LONG_BEFORE = 60 * SECONDS["D"]


def placed(shape: Path, into: Path, steps: Steps) -> Path:
    """Given a shape's folder, copy it into another one, with what its steps make; return the copy."""
    here = into / shape.name
    if steps:
        shutil.copytree(_made(shape), here, symlinks=True)
    shutil.copytree(shape, here, dirs_exist_ok=True)
    return _at_home(here, shape)


def take(steps: Steps, here: Path) -> None:
    """Take steps in a copy of a shape's folder."""
    _take(_Place(here, Path(_scratch().name) / "home", time.time()), steps)


def _at_home(here: Path, shape: Path) -> Path:
    """Write where a copy lies into its files."""
    for file in (path for path in shape.rglob("*") if path.is_file()):
        copy = here / file.relative_to(shape)
        copy.write_text(file.read_text(encoding="utf-8").replace(HERE, str(here)), encoding="utf-8")
    return here


@functools.cache
def _made(shape: Path) -> Path:
    """Take a shape's steps, once; return the folder that they made."""
    import field  # noqa: PLC0415 - it imports this module

    folder = Path(_scratch().name)
    here = folder / shape.name
    shutil.copytree(shape, here)
    _take(_Place(_at_home(here, shape), folder / "home", time.time()), field.steps_of(shape.name))
    return here


def _take(place: "_Place", steps: Steps) -> None:
    for number, step in enumerate(steps, 1):
        try:
            place.take(step)
        except Exception as error:
            error.add_note(f"in step {number} of {place.here.name}: {dict(step)}")
            raise
    subprocess.run(["gpgconf", "--homedir", f"{place.home}/.gnupg", "--kill", "all"], check=False)


@functools.cache
def _scratch() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="dvf-")  # a short path: gpg-agent's sockets lie in it


@dataclass
class _Place:
    """The folder in which steps are taken, and the time by its clock."""

    here: Path
    home: Path
    now: float
    clock: float = 0.0

    def __post_init__(self) -> None:
        self.clock = self.now - LONG_BEFORE
        gpg = self.home / ".gnupg"
        gpg.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in FILES:
            (gpg / file).write_bytes(SETTINGS)

    def take(self, step: Mapping[str, Any]) -> None:
        """Take one step."""
        (kind,) = STEPS & step.keys()
        what = str(step[kind]).replace(HERE, str(self.here))
        if kind == "write":
            self._write(self.here / what, step)
        elif kind in ("full", "incremental"):
            self._back_up(kind, what, step)
        elif kind == "duplicity":
            self._duplicity(shlex.split(what), step)
        elif kind == "command":
            Command(*shlex.split(what), folder=self.here).ended()
        else:
            self._change(kind, what, step)

    def _write(self, file: Path, step: Mapping[str, Any]) -> None:
        size = step.get("size")
        data = str(step.get("text", "")).encode() if size is None else random.Random(file.name).randbytes(size)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self.clock += SECONDS["h"]
        for path in (file, *file.relative_to(self.here).parents[:-1]):
            os.utime(self.here / path, (self.clock, self.clock))

    def _back_up(self, verb: str, when: str, step: Mapping[str, Any]) -> None:
        job = read_job(self.here / step.get("env_file", ENV_FILE), None, {})
        self.clock = self._time(when)
        own = [*shlex.split(step.get("options", "")), *job.options]
        self._duplicity([verb, f"--current-time={int(self.clock)}", *own, job.source, job.destination], step)

    def _duplicity(self, words: Sequence[str], step: Mapping[str, Any]) -> None:
        """Run duplicity with a job's environment. Raise unless it ends with 0."""
        job = read_job(self.here / step.get("env_file", ENV_FILE), None, {})
        own = {name: each.reveal() if isinstance(each, Secret) else each for name, each in job.duplicity_env.items()}
        env = {**own, "PATH": os.environ["PATH"], "HOME": str(self.home)}
        command = [*provision_duplicity().command, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=self.here)
        assert not done.returncode, f"{shlex.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"

    def _change(self, kind: str, pattern: str, step: Mapping[str, Any]) -> None:
        found = sorted(self.here.glob(pattern))
        if which := step.get("which"):
            found = [found[which - 1 if which > 0 else which]]
        assert found, f"nothing matches {pattern}"
        for path in found:
            if kind == "remove":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            elif kind == "age":
                os.utime(path, (self._time(step["at"]),) * 2)
            elif kind == "cut":
                os.truncate(path, path.stat().st_size // 2)
            else:
                self._carry(kind, path, self.here / step["to"])

    @staticmethod
    def _carry(kind: str, path: Path, to: Path) -> None:
        to.mkdir(parents=True, exist_ok=True)
        if kind == "move":
            path.replace(to / path.name)
        elif path.is_dir():
            shutil.copytree(path, to / path.name)
        else:
            shutil.copy2(path, to / path.name)

    def _time(self, text: str) -> float:
        if found := re.fullmatch(r"([+-]\d+)([Dhms])", text):
            return self.now + int(found[1]) * SECONDS[found[2]]
        return datetime.fromisoformat(text).timestamp()
