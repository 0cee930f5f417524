"""The two meanings of an env file: raw, as docker reads it, and dotenv, as docker compose does.

`docker run --env-file` and `docker stack deploy` hand every byte after the first `=` to the
container. `docker compose` reads a shell-like dialect of the same file (`dotenv.py`). One file can
mean two different jobs; `verify.job.findings` says where it does.
"""

from collections.abc import Mapping
from pathlib import Path

from verify.errors import CannotRunError
from verify.job.env_file.dotenv import GO_BLANKS, read_dotenv

__all__ = ["read_dotenv", "read_raw", "text_of"]


def text_of(file: Path) -> str:
    """Given an env or stack file, return its text. Raise `CannotRunError` if it can't be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotRunError(f"{file} cannot be read ({reason}): give the path of a readable file") from None
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CannotRunError(f"{file} line {line}: not UTF-8, so docker refuses it: save it as UTF-8") from None


def read_raw(text: str, caller_env: Mapping[str, str], *, name: str = "env file") -> dict[str, str]:
    """Given an env file's text, return its variables as docker run and docker stack deploy read them.

    A bare `NAME` takes the value of `caller_env`, or is absent. `name` is the file's name for
    messages. Raise `CannotRunError` with file and line number on a line that docker refuses.
    """
    variables: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.removesuffix("\r").lstrip(GO_BLANKS)
        if not content or content.startswith("#"):
            continue
        key, equals, value = content.partition("=")
        _must_be_a_name(key, f"{name} line {number}")
        if equals:
            variables[key] = value
        elif key in caller_env:
            variables[key] = caller_env[key]
    return variables


def _must_be_a_name(key: str, where: str) -> None:
    """Given what stands before `=`, return if docker takes it as a name. Raise `CannotRunError` if not."""
    if not key:
        raise CannotRunError(f"{where}: no name before `=`, so docker refuses the file: write NAME=value")
    if " " in key or "\t" in key:
        if key.lstrip().startswith("-"):
            raise CannotRunError(
                f"{where}: it goes on with the line before, and an env file has no such lines, so docker refuses the"
                " file: write all of the value into one line, without a `\\` at its end"
            )
        exported = key.startswith(("export ", "export\t"))
        starter = "; if docker compose starts it, which takes that, give --started-by compose"
        raise CannotRunError(
            f"{where}: a blank in the name, so docker run and docker stack deploy refuse the file:"
            f" write NAME=value, without {'`export`' if exported else 'blanks'}"
            f"{starter if exported or ' ' not in key.strip() else ''}"
        )
