"""A source, a job, and the command as a user types it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from verify.assets import sample_env


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with the recipe's job and a small source that it is for."""
    (tmp_path / "duplicity.env").write_text(sample_env().read_text())
    for path, size in (
        ("config/traefik/traefik.yml", 100),
        ("config/app.ini", 200),
        ("runtime/pid", 5),
        ("registry/blobs/b1", 3000),
        ("registry-mirror/b2", 400),
        ("reg/users.db", 700),
        ("duplicity/archive/sigtar", 50),
        ("notes.txt", 10),
    ):
        file = tmp_path / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
    return tmp_path


@pytest.fixture
def command(here: Path) -> Command:
    """Run a command in that folder."""

    def run(*words: str, stdin: bytes = b"") -> Done:
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(here.parent)}
        done = subprocess.run(
            [sys.executable, "-m", "verify.cli", *words], cwd=here, input=stdin, capture_output=True, check=False,
            env=environment,
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def edit(here: Path) -> Callable[..., None]:
    """Write the job into another file of that folder, with texts replaced."""

    def edit(name: str, *edits: tuple[str, str]) -> None:
        text = sample_env().read_text()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        (here / name).write_text(text)

    return edit
