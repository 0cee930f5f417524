"""A source, a job, and the command as a user types it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Command, Done

from verify.assets import sample_env


class Answered(Done):
    """How a command ended that prints JSON."""

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answered]


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
def command(here: Path) -> Run:
    """Run a command in that folder."""

    def run(*words: str, stdin: bytes = b"") -> Answered:
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(here.parent)}
        done = Command(*words, folder=here, environment=environment, stdin=stdin, apart=True).ended()
        return Answered(done.code, done.out, done.err)

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
