"""The lock: an approved meaning of a job, as a small JSON file to commit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.checks import Finding
from verify.errors import CannotRunError
from verify.regression.changes import change_findings, changes
from verify.regression.meaning import ASPECTS, Meaning
from verify.whole_file import write_whole

FORMAT = 1
_KEY = "duplicity_verify_lock"


def lock_findings(file: Path, meaning: Meaning) -> Iterator[Finding]:
    """Given a lock file and what the job means now, yield a finding for each change that is not approved."""
    for found in change_findings(changes(read_lock(file), meaning), "lock-current"):
        hint = f"if that is meant, approve it: --lock {file} --update-lock"
        yield Finding(found.check, "", found.expected, found.got, hint)


def read_lock(file: Path) -> Meaning:
    """Given a lock file, return the meaning that it approves.

    Raise `CannotRunError` where it cannot be read, is no lock, or has another version's format.
    """
    document = _document(file)
    version = document.get(_KEY)
    if version != FORMAT:
        raise CannotRunError(
            f"{file} is a lock of format {version}, and this duplicity-verify reads format {FORMAT}:"
            " use the version that wrote it, or approve the job anew with --update-lock"
        )
    job = document.get("job")
    if not isinstance(job, dict) or not all(_are_texts(value) for value in job.values()):
        raise CannotRunError(f"{file} is a damaged lock: take it from version control, or use --update-lock")
    if unknown := sorted(job.keys() - {aspect.id for aspect in ASPECTS}):
        raise CannotRunError(f"{file} locks {', '.join(unknown)}, which no job has: use --update-lock")
    return {name: tuple(value) for name, value in job.items()}


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _document(file: Path) -> dict[str, Any]:
    """Return the lock's document. Raise `CannotRunError` where the file cannot be read, or is no lock at all."""
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise CannotRunError(f"the lock {file} does not exist: approve the job with --update-lock") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CannotRunError(f"the lock {file} cannot be read ({reason}): name one that can") from None
    except ValueError:
        document = None
    if not isinstance(document, dict) or _KEY not in document:
        raise CannotRunError(f"{file} is no lock of duplicity-verify, and stays as it is: name another file")
    return document


def approve(file: Path, meaning: Meaning) -> None:
    """Given a lock file and a meaning, make the file approve it.

    Raise `CannotRunError` where a file of that name is no lock, or it cannot be written.
    """
    if file.exists():
        _document(file)
    text = json.dumps({_KEY: FORMAT, "job": {name: list(told) for name, told in meaning.items()}}, indent=2)
    try:
        write_whole(file, text + "\n")
    except OSError as error:
        raise CannotRunError(f"the lock {file} cannot be written ({error.strerror}): name another file") from None
