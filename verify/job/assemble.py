"""From files to the job: both readings, the stack file, the image's defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from verify.errors import CannotRunError
from verify.job.credentials import guarded, is_secret_name
from verify.job.env_file.differing import differing_names
from verify.job.env_file.readings import read_dotenv, read_raw, text_of
from verify.job.flavours import flavour_env, of_destination
from verify.job.image import entries, is_known, schedules, with_defaults
from verify.job.job import Job, Reading
from verify.job.runs.called import as_called
from verify.job.shellwords import SplitWords, split
from verify.job.stack import Stack, Starter, StarterChoice, dotenv_of, from_dotenv, read_stack, starter_of
from verify.secret import Secret
from verify.secret_files import WithSecretFiles

READINGS: Mapping[Starter, Reading] = MappingProxyType({"stack": "raw", "compose": "dotenv"})
Texts = Mapping[Path, str]


def read_job(
    env_file: Path | None,
    stack_file: Path | None,
    caller_env: Mapping[str, str],
    *,
    reading: Reading | None = None,
    service: str | None = None,
    destination: str | None = None,
    image_env: Mapping[str, str] = MappingProxyType({}),
) -> Job:
    """Given an env file, a stack file or both, return the job that they describe.

    `env_file` takes the place of those that the stack file names, unless it is one of them.
    `caller_env` gives bare names and references their values, by itself or by the file that NAME_FILE
    names. `reading` is the one that the job runs under: raw for docker run and docker stack deploy,
    dotenv for docker compose; None: what the stack file says (`starter_of`), raw without one. `service`
    names the stack file's service, and `destination` one of several (DST_2), for the job as it is for that
    one alone. `image_env` is what the image itself sets, where that is known; else its flavour is told by
    its name. Raise `CannotRunError` if there is nothing to read, or if that reading refuses it.
    """
    caller_env = WithSecretFiles(caller_env)
    choice = StarterChoice("stack" if reading == "raw" else "compose") if reading else StarterChoice("stack")
    if reading is None and stack_file:
        choice = starter_of(stack_file, caller_env)
    reading = reading or ("dotenv" if choice.starter == "compose" else "raw")
    read = partial(_given, env_file, stack_file, caller_env, service)
    given = read(reading)
    other, trouble = (None, choice.trouble) if choice.reasons else _try(read, "dotenv" if reading == "raw" else "raw")
    own = image_env or flavour_env(given.stack.image if given.stack else None)
    if destination:
        given = given.for_destination(destination, own)
        other = other and other.for_destination(destination, own)
    return _job(given, other, trouble, choice, reading, image_env=own)


@dataclass(frozen=True, slots=True)
class _Given:
    """What one of the readings makes of a job's files."""

    variables: dict[str, str]
    stack: Stack | None
    env_files: tuple[Path, ...]

    def for_destination(self, name: str, image_env: Mapping[str, str]) -> "_Given":
        return replace(self, variables=of_destination({**image_env, **self.variables}, name))


def _given(
    env_file: Path | None, stack_file: Path | None, caller_env: Mapping[str, str], service: str | None, reading: Reading
) -> _Given:
    starter: Starter = "compose" if reading == "dotenv" else "stack"
    stack = (
        read_stack(stack_file, caller_env, env_file=env_file, service=service, starter=starter) if stack_file else None
    )
    texts = {file: text_of(file) for file in _env_files(env_file, stack)}
    read = _read_as_docker if reading == "raw" else _read_as_compose
    return _Given(read(texts, stack, caller_env), stack, tuple(texts))


def _env_files(env_file: Path | None, stack: Stack | None) -> tuple[Path, ...]:
    named = stack.env_files if stack else ()
    optional = stack.optional_files if stack else frozenset()
    if env_file is not None and env_file.resolve() not in {file.resolve() for file in named}:
        return (env_file,)
    if not named and not (stack and (stack.environment or stack.command or stack.image)):
        raise CannotRunError("no env file to read the job from: give --env-file, or a --stack that names one")
    return tuple(file for file in named if file.exists() or file not in optional)


def _try(read: Callable[[Reading], _Given], reading: Reading) -> tuple[_Given | None, str]:
    try:
        return read(reading), ""
    except CannotRunError as error:
        return None, str(error)


def _read_as_docker(texts: Texts, stack: Stack | None, caller_env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables as docker run gives them, or, with a stack file, docker stack deploy."""
    variables: dict[str, str | None] = {}
    for file, text in texts.items():
        variables |= read_raw(text, caller_env, name=str(file))
    if stack is None:
        return _set(variables)
    variables |= stack.environment
    # docker stack deploy takes the caller's value where the file's is empty; docker run does not.
    return _set({name: value or caller_env.get(name, value) for name, value in variables.items()})


def _read_as_compose(texts: Texts, stack: Stack | None, caller_env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables as docker compose gives them."""
    written = stack.environment if stack else {}
    around = stack.surroundings if stack else caller_env
    own = _set({name: around.get(name) if value is None else value for name, value in written.items()})
    known, variables = WithSecretFiles({**own, **around}), dict[str, str]()
    for file, text in texts.items():
        if stack and file in stack.raw_files:
            variables |= read_raw(text, known, name=str(file))
        else:
            variables |= read_dotenv(text, known, name=str(file), earlier=variables)
    # A bare name that nobody sets takes away what an env file says of it.
    taken = {name for name, value in written.items() if value is None} - own.keys()
    return {name: value for name, value in variables.items() if name not in taken} | own


def _set(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value is not None}


def _job(
    read: _Given,
    other: _Given | None,
    trouble: str,
    choice: StarterChoice,
    reading: Reading,
    *,
    image_env: Mapping[str, str],
) -> Job:
    """Given what both readings make of the files, return the job."""
    given, stack = read.variables, read.stack
    others = other.variables if other else None
    variables, defaults = with_defaults(given, image_env)
    safe = guarded(variables)
    plain = {name: value for name, value in safe.items() if isinstance(value, str)}
    own, extra = split(variables["OPTIONS"], plain), split(variables["OPTIONS_EXTRA"], plain)
    options = own.words + extra.words
    raw, dotenv = (given, others) if reading == "raw" else (others, given)
    return as_called(
        Job(
            source=variables["SRC"],
            destination=variables["DST"],
            tempdir=variables.get("TMPDIR") or "/tmp",  # noqa: S108 - where duplicity itself goes
            passphrase=Secret(variables["PASSPHRASE"]) if variables.get("PASSPHRASE") else None,
            credentials=_credentials(variables),
            options=options,
            options_text=variables["OPTIONS"],
            options_trouble=own.trouble or extra.trouble,
            entries=tuple(entries(variables, defaults)),
            schedules=tuple(schedules(variables, defaults)),
            image=stack.image if stack else None,
            hostname=stack.hostname if stack else None,
            volumes=stack.volumes if stack else (),
            networks=stack.networks if stack else (),
            entrypoint=stack.entrypoint if stack else None,
            command=stack.command if stack else None,
            variables=safe,
            defaults=defaults,
            unknown=MappingProxyType({name: value for name, value in safe.items() if not is_known(name)}),
            stack_unknown=tuple(sorted(stack.unknown)) if stack else (),
            reading=reading,
            other_reading=None if others is None else guarded(others),
            other_reading_trouble=trouble,
            differing_names=MappingProxyType({} if raw is None or dotenv is None else differing_names(raw, dotenv)),
            notes=_notes(own, extra),
            reading_notes=(*_of_starter(choice), *(stack.notes if stack else ())),
            unset=stack.unset if stack else (),
            **(_beside(stack) if stack and reading == "raw" else {}),
            of_the_stack_file=frozenset(stack.environment if stack else ()),
            settings=MappingProxyType({**stack.unknown, **stack.declared} if stack else {}),
            env_files=read.env_files,
            stack_file=stack.file if stack else None,
        )
    )


def _credentials(variables: Mapping[str, str]) -> Mapping[str, Secret]:
    named = {name: Secret(value) for name, value in variables.items() if is_secret_name(name)}
    named.pop("PASSPHRASE", None)
    return MappingProxyType(named)


def _beside(stack: Stack) -> dict[str, Any]:
    """Return the `.env` that docker stack deploy does not read, and what it would set."""
    names = frozenset(from_dotenv(stack.file, stack.surroundings))
    return {"dotenv_beside": dotenv_of(stack.file), "dotenv_names": names} if names else {}


def _of_starter(choice: StarterChoice) -> tuple[str, ...]:
    return tuple(f"read as docker compose reads it: {reason}" for reason in choice.reasons)


def _notes(own: SplitWords, extra: SplitWords) -> tuple[str, ...]:
    return tuple(
        f"{name}: {note}" for name, part in (("OPTIONS", own), ("OPTIONS_EXTRA", extra)) for note in part.notes
    )
