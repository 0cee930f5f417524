"""Reading a stack file, as docker stack deploy or as docker compose does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.job.env_file.readings import text_of
from verify.job.stack.choosing import chosen
from verify.job.stack.composed import FILE_NAMES, Composer, dotenv_of, override_of, surroundings_of
from verify.job.stack.documents import CORRECT_IT, Replacer, contents_of, must_be_right
from verify.job.stack.model import Stack, StackRefusedError, Starter, UnsetVariable
from verify.job.stack.service import stack_of
from verify.job.stack.values import untagged

COMPOSE = "docker compose"


def read_stack(
    file: Path,
    caller_env: Mapping[str, str],
    *,
    env_file: Path | None = None,
    service: str | None = None,
    starter: Starter | None = None,
) -> Stack:
    """Given a stack file, return what it says about the service that runs duplicity.

    `service` names it, or else `env_file` decides between several. `starter` is what starts it; None: what
    `starter_of` says. Raise `CannotRunError` if the file can't be read, if the starter refuses it, or if none
    or several of its services run duplicity.
    """
    starter = starter or starter_of(file, caller_env).starter
    compose = starter == "compose"
    variables = surroundings_of(file, caller_env) if compose else caller_env
    try:
        document, unset, notes = _composed(file, variables) if compose else _deployed(file, variables)
        name = _chosen(document, file, env_file, service, notes)
        stack = stack_of(file, name, document, variables, unset, compose=compose)
    except (AttributeError, KeyError, TypeError):
        # A list where a mapping belongs, and so on: docker's own message names the place best.
        raise StackRefusedError(f"{file}: not what {_name(starter)} takes", CORRECT_IT) from None
    return replace(stack, notes=tuple(notes))


def _name(starter: Starter) -> str:
    return COMPOSE if starter == "compose" else "docker stack deploy"


def _chosen(
    document: Mapping[str, Any], file: Path, env_file: Path | None, service: str | None, notes: list[str]
) -> str:
    try:
        return chosen(document["services"], file, env_file, service)
    except CannotRunError as error:
        raise CannotRunError("; ".join([*notes, str(error)])) from None


Content = tuple[dict[str, Any], list[UnsetVariable], list[str]]


def _deployed(file: Path, variables: Mapping[str, str]) -> Content:
    """Return a file's content as docker stack deploy reads it: its first document alone."""
    documents = contents_of(file)
    replacer = Replacer(file, variables, compose=False)
    document = replacer.replaced(untagged(documents[0]))
    must_be_right(document, file, compose=False)
    document.setdefault("services", {})
    more = f"{file} has {len(documents)} documents, and docker stack deploy reads only the first: remove the `---`"
    if not document["services"]:
        raise CannotRunError(
            more if len(documents) > 1 else f"{file}: services is no mapping of services: give a stack file"
        )
    return document, replacer.unset, [more] if len(documents) > 1 else []


def _composed(file: Path, variables: Mapping[str, str]) -> Content:
    composer = Composer(file, variables)
    return composer.content(), composer.replacer.unset, []


@dataclass(frozen=True, slots=True)
class StarterChoice:
    """What starts a stack file, by what it holds, and why if that is docker compose.

    `trouble` is why docker stack deploy refuses a file that could be meant for it.
    """

    starter: Starter
    reasons: tuple[str, ...] = ()
    trouble: str = ""


def starter_of(file: Path, caller_env: Mapping[str, str]) -> StarterChoice:
    """Given a stack file, return what starts it.

    It is docker stack deploy, unless the file holds what only docker compose takes. An override file or
    a `.env` beside it counts where the file has a name that docker compose looks for.
    """
    refusal = _refusal(file, caller_env)
    reasons = tuple(_reasons(file, caller_env, refusal))
    trouble = str(refusal) if refusal and not refusal.feature else ""
    return StarterChoice("compose", reasons, trouble) if reasons else StarterChoice("stack")


def _refusal(file: Path, caller_env: Mapping[str, str]) -> StackRefusedError | None:
    """Return why docker stack deploy refuses a file that docker compose takes."""
    try:
        _deployed(file, caller_env)
    except StackRefusedError as error:
        return error if error.by_others else None
    except CannotRunError:
        pass  # said where it is read
    return None


def _reasons(file: Path, caller_env: Mapping[str, str], refusal: StackRefusedError | None) -> Iterator[str]:
    if refusal:
        yield refusal.what
    if override := override_of(file):
        yield f"{override} goes with it for docker compose alone; docker stack deploy does not read it"
    beside = dotenv_of(file)
    if beside and file.name in FILE_NAMES and (names := from_dotenv(file, caller_env)):
        yield f"{beside} gives {', '.join(names)} to docker compose alone; docker stack deploy does not read it"


def from_dotenv(file: Path, caller_env: Mapping[str, str]) -> list[str]:
    """Given a stack file, return the variables it names that only the `.env` beside it sets."""
    beside = dotenv_of(file)
    if beside is None:
        return []
    try:
        text, given = text_of(file), surroundings_of(file, caller_env)
    except CannotRunError:
        return []
    return [name for name in given if name not in caller_env and (f"${name}" in text or f"${{{name}" in text)]
