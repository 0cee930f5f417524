"""The README's console blocks: their commands, what they print, and the README with what they print now.

`python tests/component/readme_console.py` writes the outputs anew.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
README = CHECKOUT / "README.md"
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A command as typed, and what it prints."""

    command: str
    output: str

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.output}"


def steps_of(block: str) -> Iterator[Step]:
    """Given a console block, yield its steps; a command is one line after "$ "."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Step(command, output)


def run_anew(text: str, checkout: Path) -> str:
    """Given the README and a folder that stands for the checkout, return it with what its commands print.

    All blocks are one session of a shell that begins in the checkout.
    """
    steps = [step for block in _BLOCK.findall(text) for step in steps_of(block)]
    outputs = iter(_session([step.command for step in steps], checkout))

    def block(found: re.Match[str]) -> str:
        return "".join(str(Step(step.command, next(outputs))) for step in steps_of(found[0]))

    return _BLOCK.sub(block, text)


def _session(commands: list[str], checkout: Path) -> list[str]:
    border = "-- a command of the README has ended --"
    script = "\n".join(f"{command}\necho '{border}'" for command in commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env={**own, "PATH": path}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return [part.removeprefix("\n") for part in done.stdout.split(border)]


def main() -> None:
    """Write the README anew."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "fixtures").symlink_to(CHECKOUT / "fixtures")
        README.write_text(run_anew(README.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
