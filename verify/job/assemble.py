"""From files to the job: both readings, the stack file, the image's defaults."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from verify.errors import CannotRunError
from verify.job.called import as_called
from verify.job.credentials import guarded, is_secret_name
from verify.job.differing import differing_names
from verify.job.image import entries, is_known, schedules, with_defaults
from verify.job.job import Job, Reading
from verify.job.readings import read_dotenv, read_raw, text_of
from verify.job.shellwords import SplitWords, split
from verify.job.stack import Stack, read_stack
from verify.secret import Secret

Texts = Mapping[Path, str]


def read_job(
    env_file: Path | None,
    stack_file: Path | None,
    caller_env: Mapping[str, str],
    *,
    reading: Reading = "raw",
    image_env: Mapping[str, str] = MappingProxyType({}),
) -> Job:
    """Given an env file, a stack file or both, return the job that they describe.

    `env_file` takes the place of those that the stack file names, unless it is one of them.
    `caller_env` gives bare names and references their values. `reading` is the one that the job
    runs under: raw for docker run and docker stack deploy, dotenv for docker compose. `image_env` is
    what the image itself sets, where that is known. Raise `CannotRunError` if there is nothing to read,
    or if that reading refuses it.
    """
    stack = read_stack(stack_file, caller_env, env_file=env_file) if stack_file else None
    texts = {file: text_of(file) for file in _env_files(env_file, stack)}
    readers = {
        "raw": partial(_read_as_docker, texts, stack, caller_env),
        "dotenv": partial(_read_as_compose, texts, stack, caller_env),
    }
    variables = readers[reading]()
    other, trouble = _try(readers["dotenv" if reading == "raw" else "raw"])
    return _job(variables, other, trouble, stack, reading, image_env=image_env, env_files=tuple(texts))


def _env_files(env_file: Path | None, stack: Stack | None) -> tuple[Path, ...]:
    named = stack.env_files if stack else ()
    if env_file is not None:
        return named if env_file.resolve() in {file.resolve() for file in named} else (env_file,)
    if not named and not (stack and stack.environment):
        raise CannotRunError("no env file to read the job from: give --env-file, or a --stack that names one")
    return named


def _try(reader: "partial[dict[str, str]]") -> tuple[dict[str, str] | None, str]:
    try:
        return reader(), ""
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
    own = _set({name: caller_env.get(name) if value is None else value for name, value in written.items()})
    variables: dict[str, str] = {}
    for file, text in texts.items():
        variables |= read_dotenv(text, caller_env, name=str(file), earlier={**variables, **own})
    return variables | own


def _set(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value is not None}


def _job(
    given: dict[str, str],
    other: dict[str, str] | None,
    trouble: str,
    stack: Stack | None,
    reading: Reading,
    *,
    image_env: Mapping[str, str],
    env_files: tuple[Path, ...],
) -> Job:
    """Given the variables in both readings and the stack, return the job."""
    variables, defaults = with_defaults(given, image_env)
    safe = guarded(variables)
    plain = {name: value for name, value in safe.items() if isinstance(value, str)}
    own, extra = split(variables["OPTIONS"], plain), split(variables["OPTIONS_EXTRA"], plain)
    options = own.words + extra.words
    raw, dotenv = (given, other) if reading == "raw" else (other, given)
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
            other_reading=None if other is None else guarded(other),
            other_reading_trouble=trouble,
            differing_names=MappingProxyType({} if raw is None or dotenv is None else differing_names(raw, dotenv)),
            notes=_notes(own, extra),
            env_files=env_files,
            stack_file=stack.file if stack else None,
        )
    )


def _credentials(variables: Mapping[str, str]) -> Mapping[str, Secret]:
    named = {name: Secret(value) for name, value in variables.items() if is_secret_name(name)}
    named.pop("PASSPHRASE", None)
    return MappingProxyType(named)


def _notes(own: SplitWords, extra: SplitWords) -> tuple[str, ...]:
    return tuple(
        f"{name}: {note}" for name, part in (("OPTIONS", own), ("OPTIONS_EXTRA", extra)) for note in part.notes
    )
