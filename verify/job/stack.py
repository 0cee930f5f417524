"""The stack file (compose v3): which service is the job's, and what it says about the job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from verify.errors import CannotRunError
from verify.job.interpolation import InterpolationError, interpolate
from verify.job.mounts import StackNetwork, StackVolume, networks_of, volume_of
from verify.job.readings import text_of

# Keys that say something about the job, or that cannot change what it backs up.
_KNOWN = frozenset(
    {
        "image",
        "env_file",
        "environment",
        "volumes",
        "networks",
        "hostname",
        "entrypoint",
        "command",
        "deploy",
        "restart",
        "container_name",
        "labels",
        "logging",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a stack file says about the service that runs duplicity.

    `environment` holds values as written, secrets among them, and so is never printed; None stands
    for a variable that the caller gives.
    """

    file: Path
    service: str
    image: str | None = None
    env_files: tuple[Path, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    volumes: tuple[StackVolume, ...] = ()
    networks: tuple[StackNetwork, ...] = ()
    hostname: str | None = None
    entrypoint: tuple[str, ...] | None = field(default=None, repr=False)
    command: tuple[str, ...] | None = field(default=None, repr=False)
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_stack(file: Path, caller_env: Mapping[str, str], *, env_file: Path | None = None) -> Stack:
    """Given a stack file, return what it says about the service that runs duplicity.

    `env_file` decides between several such services. Raise `CannotRunError` if the file can't be
    read, or if none or several of its services run duplicity.
    """
    document = _interpolated(_document(file), caller_env, file)
    services = _mapping(document.get("services"), file, "services")
    try:
        name = _choose(services, file, env_file)
        return _stack(file, name, services[name], document, caller_env)
    except (AttributeError, KeyError, TypeError):
        # A list where a mapping belongs, and so on: docker's own message names the place best.
        raise CannotRunError(
            f"{file}: not what compose v3 allows: correct it (docker stack config shows where)"
        ) from None


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return _mapping(yaml.safe_load(text_of(file)), file, "the file")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise CannotRunError(f"{file}{line}: not valid YAML: correct it (docker stack config shows where)") from None


def _mapping(value: Any, file: Path, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CannotRunError(f"{file}: {what} is no mapping, so this is no stack file: give a compose v3 file")
    return {str(key): item for key, item in value.items()}


def _interpolated(value: Any, caller_env: Mapping[str, str], file: Path) -> Any:
    """Given a part of the document, return it with each `$NAME` in its texts replaced."""
    match value:
        case dict():
            return {key: _interpolated(item, caller_env, file) for key, item in value.items()}
        case list():
            return [_interpolated(item, caller_env, file) for item in value]
        case str():
            try:
                return interpolate(value, caller_env.get)
            except InterpolationError as error:
                raise CannotRunError(f"{file}: {error}: write `$$` for a `$`, or set the variable") from None
    return value


def _choose(services: Mapping[str, Any], file: Path, env_file: Path | None) -> str:
    """Given all services, return the name of the one that runs duplicity."""
    configs = {name: config for name, config in services.items() if isinstance(config, dict)}
    names = [name for name, config in configs.items() if "duplicity" in str(config.get("image", ""))]
    names = names or [name for name, config in configs.items() if _looks_like_a_job(config, file)]
    if len(names) > 1 and env_file is not None:
        mine = env_file.resolve()
        names = [n for n in names if mine in {p.resolve() for p in _env_files(configs[n], file)}] or names
    if len(names) == 1:
        return names[0]
    if names:
        raise CannotRunError(
            f"{file}: the services {', '.join(names)} all run duplicity: choose one by giving its --env-file"
        )
    raise CannotRunError(
        f"{file}: no service runs duplicity (by its image, or JOB_ variables): give the job's stack file"
    )


def _looks_like_a_job(config: Mapping[str, Any], file: Path) -> bool:
    names = [*_environment(config), *(path.name for path in _env_files(config, file))]
    return any(name.startswith("JOB_") or "duplicity" in name for name in names)


def _stack(
    file: Path,
    name: str,
    config: Mapping[str, Any],
    document: Mapping[str, Any],
    caller_env: Mapping[str, str],
) -> Stack:
    return Stack(
        file=file,
        service=name,
        image=_text(config.get("image")),
        env_files=_env_files(config, file),
        environment=_environment(config),
        volumes=tuple(volume_of(item, file, caller_env) for item in config.get("volumes") or ()),
        networks=tuple(networks_of(config.get("networks") or (), document.get("networks") or {})),
        hostname=_text(config.get("hostname")),
        entrypoint=_command(config.get("entrypoint")),
        command=_command(config.get("command")),
        unknown={key: value for key, value in config.items() if key not in _KNOWN},
    )


def _env_files(config: Mapping[str, Any], file: Path) -> tuple[Path, ...]:
    """Given a service, return its env files; each may be a path or a mapping with `path`."""
    given = config.get("env_file") or []
    paths = [
        item["path"] if isinstance(item, dict) else item for item in (given if isinstance(given, list) else [given])
    ]
    return tuple(file.parent / str(path) for path in paths)


def _environment(config: Mapping[str, Any]) -> dict[str, str | None]:
    """Given a service, return its `environment`, which is a mapping or a list of `NAME=value`."""
    given = config.get("environment") or {}
    if isinstance(given, dict):
        return {str(name): None if value is None else _scalar(value) for name, value in given.items()}
    pairs = (str(item).partition("=") for item in given)
    return {name: value if equals else None for name, equals, value in pairs}


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _command(value: Any) -> tuple[str, ...] | None:
    """Given `command` or `entrypoint`, return its words; a text stays one word, for a shell to split."""
    if value is None:
        return None
    return tuple(str(word) for word in value) if isinstance(value, list) else (str(value),)
