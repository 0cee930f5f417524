"""Variables whose value lies in a file, as containers are given secrets: NAME_FILE says where that of NAME is."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from verify.errors import CannotRunError

END = "_FILE"


class WithSecretFiles(Mapping[str, str]):
    """Variables, and for each that is asked for and not set the line in the file that NAME_FILE names.

    Going through it yields the variables themselves: no file is read that nobody asks for. Raise `CannotRunError`
    where the file cannot be read, or holds no single line.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> str:
        if name in self._variables:
            return self._variables[name]
        return _line_of(Path(self._variables[name + END]), name + END)

    def __contains__(self, name: object) -> bool:
        return name in self._variables or f"{name}{END}" in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def _line_of(file: Path, name: str) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotRunError(f"{name}: {file} cannot be read ({reason}): name a file that holds the value") from None
    except UnicodeDecodeError:
        raise CannotRunError(f"{name}: {file} is no text in UTF-8: write the value into it, one line") from None
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0]:
        what = "has several lines" if len(lines) > 1 else "is empty"
        raise CannotRunError(f"{name}: {file} {what}: write the value into it, one line")
    return lines[0]
