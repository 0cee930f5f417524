"""Which files a drill needs besides its source: the job's, the policy's, and those that these name."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.job import Job
from verify.job.credentials import is_secret_name
from verify.job.env_file.readings import text_of
from verify.job.stack import dotenv_of
from verify.job.stack.composed import override_of
from verify.job.stack.documents import contents_of
from verify.policy import Policy
from verify.secret_files import END, WithSecretFiles

JOB_FOLDER, POLICY_FOLDER = "/job", "/job/policy"  # in the container
_BARE = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*\r?$", re.MULTILINE)
_REFERENCE = re.compile(r"(?<!\$)\$\{?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class MountedFile:
    """A file of this machine, the name of its secret, and where the drill's container has it."""

    path: Path
    name: str
    target: str


def files_of(job: Job, policy: Policy) -> tuple[MountedFile, ...]:
    """Given a job and a policy, return the files that the drill's container needs.

    Raise `CannotRunError` where the stack file names others that cannot be followed.
    """
    return tuple(_named([*_of_job(job), *_of_policy(policy)]))


def _of_job(job: Job) -> Iterator[tuple[Path, str]]:
    stack = job.stack_file
    if stack is None:
        yield from ((file, f"{JOB_FOLDER}/{file.name}") for file in job.env_files)
        return
    if job.reading == "dotenv":
        _must_stand_alone(stack)
    beside = (override_of(stack), dotenv_of(stack)) if job.reading == "dotenv" else ()
    text = text_of(stack)
    for file in (stack, *filter(None, beside), *job.env_files):
        yield file, _target(file, stack.parent, JOB_FOLDER, text)


def _of_policy(policy: Policy) -> Iterator[tuple[Path, str]]:
    if policy.file is None:
        return
    text = text_of(policy.file)
    for file in (policy.file, *_named_by(policy)):
        yield file, _target(file, policy.file.parent, POLICY_FOLDER, text)


def _named_by(policy: Policy) -> Iterator[Path]:
    for table in policy.notify:
        yield from filter(None, (table.url_file, table.password_file, table.ca_file))


def _target(file: Path, folder: Path, there: str, text: str) -> str:
    """Return where a file is to be, so that the one which names it finds it there: by its path in full or not."""
    if str(file) in text:
        return str(file)
    return posixpath.normpath(posixpath.join(there, posixpath.relpath(str(file.absolute()), str(folder.absolute()))))


def _must_stand_alone(stack: Path) -> None:
    for document in contents_of(stack):
        services: Mapping[str, Any] = document.get("services") or {}
        extended = [each["extends"] for each in services.values() if isinstance(each, dict) and "extends" in each]
        if "include" in document or any(isinstance(each, dict) and "file" in each for each in extended):
            raise CannotRunError(
                f"{stack} takes parts of itself from other files: give one that has all of it, which "
                f"`docker compose -f {stack} config --no-interpolate` prints"
            )


def _named(files: Iterable[tuple[Path, str]]) -> Iterator[MountedFile]:
    taken = dict[str, str]()
    for path, target in dict.fromkeys(files):
        plain = re.sub(r"[^A-Za-z0-9]+", "-", path.name).strip("-") or "file"
        name = next(each for each in (plain, *(f"{plain}-{n}" for n in range(2, 1000))) if each not in taken)
        taken[name] = target
        yield MountedFile(path, name, target)


def variables_asked_for(job: Job, policy: Policy, environment: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Given a job, a policy and this environment, return the variables that they take from it: secrets, and others."""
    named = dict[str, None]()
    for file in job.env_files:
        named |= dict.fromkeys(_BARE.findall(text_of(file)))
    given = WithSecretFiles(environment)
    for other in filter(None, (job.stack_file, policy.file)):
        named |= dict.fromkeys(name for name in _REFERENCE.findall(text_of(other)) if name in given)
    secret = [name for name in named if is_secret_name(name) or f"{name}{END}" in environment]
    return secret, [name for name in named if name not in secret]
