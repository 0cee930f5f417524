"""A service of a stack file: what it says about the job."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from verify.job.stack.commandline import words_of
from verify.job.stack.model import Stack, StackRefusedError, UnsetVariable
from verify.job.stack.mounts import (
    StackVolume,
    mount_options,
    network_options,
    networks_of,
    outside_name,
    volume_of,
)
from verify.job.stack.values import go_text

# Keys that a Stack has a place for, and those that cannot change what is backed up.
_READ = frozenset({"image", "env_file", "environment", "volumes", "networks", "hostname", "entrypoint", "command"})
_IDLE = frozenset({"container_name", "logging"})


def stack_of(
    file: Path,
    name: str,
    document: Mapping[str, Any],
    variables: Mapping[str, str],
    unset: list[UnsetVariable],
    *,
    compose: bool,
) -> Stack:
    """Given a file's content with its references replaced, return what it says of one of its services.

    `variables` are the caller's. Raise `StackRefusedError` where docker refuses a part of the service.
    """
    config: Mapping[str, Any] = document["services"][name]
    own = tuple(_below(name, unset))
    declared = document.get("volumes") or {}
    return Stack(
        file=file,
        service=name,
        image=_text(config.get("image")),
        **env_files_of(config, file),
        environment=environment_of(config),
        volumes=tuple(
            replace(each, outside=outside_name(each.source, declared[each.source] or {}))
            if each.type == "volume" and each.source in declared
            else each
            for each in _volumes(config, file, name, variables, own)
        ),
        networks=tuple(networks_of(config.get("networks") or (), document.get("networks") or {})),
        hostname=_text(config.get("hostname")),
        entrypoint=_words(config, "entrypoint", file, compose=compose),
        command=_words(config, "command", file, compose=compose),
        unknown={key: value for key, value in config.items() if key not in _READ | _IDLE},
        declared=_declared(config, document),
        unset=own,
        surroundings=variables,
    )


def _declared(config: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a service's volumes and networks besides which they are."""
    volumes = mount_options(config.get("volumes") or (), document.get("volumes") or {})
    networks = network_options(config.get("networks") or (), document.get("networks") or {})
    told = {"options of its volumes": volumes, "options of its networks": networks}
    return {name: options for name, options in told.items() if options}


def _below(name: str, unset: list[UnsetVariable]) -> Iterator[UnsetVariable]:
    for each in dict.fromkeys(unset):
        if each.place[:2] == ("services", name):
            yield UnsetVariable(each.name, each.place[2:], each.text)


def env_files_of(config: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Given a service, return its env files, those that may be missing, and those that compose reads as docker does."""
    given = config.get("env_file") or []
    entries = [each if isinstance(each, dict) else {"path": each} for each in (given if isinstance(given, list) else [given])]  # fmt: skip  # noqa: E501
    paths = [file.parent / str(entry["path"]) for entry in entries]
    pairs = list(zip(paths, entries, strict=True))
    return {
        "env_files": tuple(paths),
        "optional_files": frozenset(
            path for path, entry in pairs if str(entry.get("required", True)).lower() == "false"
        ),
        "raw_files": frozenset(path for path, entry in pairs if entry.get("format") == "raw"),
    }


def environment_of(config: Mapping[str, Any]) -> dict[str, str | None]:
    """Given a service, return its `environment`, which is a mapping or a list of `NAME=value`."""
    given = config.get("environment") or {}
    if isinstance(given, dict):
        return {str(name): None if value is None else go_text(value) for name, value in given.items()}
    pairs = (str(item).partition("=") for item in given)
    return {name: value if equals else None for name, equals, value in pairs}


def _volumes(
    config: Mapping[str, Any], file: Path, name: str, variables: Mapping[str, str], unset: tuple[UnsetVariable, ...]
) -> Iterator[StackVolume]:
    for number, item in enumerate(config.get("volumes") or ()):
        try:
            yield volume_of(item, file.parent, variables)
        except ValueError as error:
            missing = [each for each in unset if each.place[:2] == ("volumes", str(number))]
            raise StackRefusedError(*_refused(file, item, name, str(error), missing)) from None


def _refused(file: Path, item: Any, name: str, reason: str, missing: list[UnsetVariable]) -> tuple[str, str]:
    """Return why docker refuses a volume, and what to do: mostly a variable is not set, and its name helps."""
    if missing:
        names = " and ".join(dict.fromkeys(each.name for each in missing))
        what = f"the volume {missing[0].text} of {name} has {reason}, as {names} is not set, so docker refuses the file"
        return f"{file}: {what}", f"set {names} where the container is started from, or write the path"
    shown = item if isinstance(item, str) else json.dumps(item)
    return f"{file}: the volume {shown!r} of {name} has {reason}, so docker refuses the file", "write source:target"


def _words(config: Mapping[str, Any], key: str, file: Path, *, compose: bool) -> tuple[str, ...] | None:
    """Given `command` or `entrypoint`, return its words. None where the image's own holds."""
    given = config.get(key)
    if not isinstance(given, str):
        return tuple(str(word) for word in given) or _empty(compose=compose) if isinstance(given, list) else None
    try:
        return words_of(given, compose=compose) or _empty(compose=compose)
    except ValueError as error:
        raise StackRefusedError(f"{file}: {key}: {error}, so docker refuses the file", "correct it") from None


def _empty(*, compose: bool) -> tuple[str, ...] | None:
    """Return what an empty command means: docker compose takes the image's away, docker stack deploy keeps it."""
    return () if compose else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
