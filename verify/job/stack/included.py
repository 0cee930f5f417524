"""Which files a stack file includes, and what holds in them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.job.env_file.dotenv import read_dotenv
from verify.job.env_file.readings import text_of
from verify.job.stack.model import StackRefusedError
from verify.job.stack.mounts import clean


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Files that are included as one, the folder that their paths are relative to, and their variables."""

    files: tuple[Path, ...]
    folder: Path
    variables: Mapping[str, str] = field(repr=False)


def inclusions_of(given: Any, file: Path, around: Mapping[str, str]) -> Iterator[Inclusion]:
    """Given `include` of a file, and the variables around it, yield what is included.

    Raise `StackRefusedError` where docker compose refuses it, or where it lies on another machine.
    """
    if given is not None and not isinstance(given, list):
        raise StackRefusedError(f"{file}: include is no list, so docker compose refuses the file", "write `- path`")
    for each in given or ():
        where = each if isinstance(each, dict) else {"path": each}
        files = tuple(_from(file.parent, path) for path in _as_list(where.get("path")))
        if not files:
            raise StackRefusedError(f"{file}: include names no path, so docker compose refuses the file", "name one")
        project = where.get("project_directory")
        folder = _from(file.parent, project) if project else files[0].parent
        yield Inclusion(files, folder, {**_own(where, file.parent, folder, around), **around})


def _own(where: Mapping[str, Any], here: Path, folder: Path, around: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of what is included alone: of its `env_file`, else of the `.env` in its folder."""
    files = [_from(here, path) for path in _as_list(where.get("env_file")) if path != os.devnull]
    if not where.get("env_file") and (folder / ".env").is_file():
        files = [folder / ".env"]
    found: dict[str, str] = {}
    for each in files:
        found |= read_dotenv(text_of(each), around, name=str(each), earlier=found)
    return found


def _as_list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]


def _from(folder: Path, path: Any) -> Path:
    """Return a path that is relative to a folder. Raise `StackRefusedError` for one that is no file of this machine."""
    if "://" in str(path) or str(path).startswith("git@"):
        what = f"{path} is included, which is not on this machine and not fetched"
        raise StackRefusedError(what, "give what `docker compose config` prints as --stack")
    return Path(clean(str(folder.absolute() / str(path))))
