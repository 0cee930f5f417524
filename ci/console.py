"""Runs the console blocks of the pages, and writes what their commands print now.

uv run python ci/console.py
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_ENDED = "-- a command of the page has ended --"


@dataclass(frozen=True)
class Step:
    """A command as typed, and what it prints."""

    command: str
    output: str

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.output}"


def pages() -> list[Path]:
    """Return the pages that have console blocks."""
    every = (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md")))
    return [page for page in every if _BLOCK.search(page.read_text(encoding="utf-8"))]


def run_anew(text: str, checkout: Path) -> str:
    """Given a page and a folder that stands for the checkout, return the page with what its commands print.

    All blocks of a page are one session of a shell that begins in that folder.
    """
    steps = [step for block in _BLOCK.findall(text) for step in _steps_of(block)]
    outputs = iter(_session([step.command for step in steps], checkout))

    def block(found: re.Match[str]) -> str:
        return "".join(str(Step(step.command, next(outputs))) for step in _steps_of(found[0]))

    return _BLOCK.sub(block, text)


def _steps_of(block: str) -> Iterator[Step]:
    """Given a console block, yield its steps; a command is one line after "$ "."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Step(command, output)


def _session(commands: list[str], checkout: Path) -> list[str]:
    script = "\n".join(f"{command}\necho '{_ENDED}'" for command in commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env={**own, "PATH": path}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return [part.removeprefix("\n") for part in done.stdout.split(_ENDED)]


def main() -> None:
    """Write the pages anew."""
    for page in pages():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "fixtures").symlink_to(CHECKOUT / "fixtures")
            page.write_text(run_anew(page.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
