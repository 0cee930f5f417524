"""The stack file (compose v3): which service is the job's, and what it says about the job."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from verify.errors import CannotRunError
from verify.job.interpolation import InterpolationError, interpolate
from verify.job.readings import text_of

_KNOWN = frozenset({
    "image", "env_file", "environment", "volumes", "networks", "hostname", "entrypoint", "command", "deploy", "restart",
    "container_name", "labels", "logging",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Volume:
    """One mount of the service."""

    type: str  # "bind", "volume", "tmpfs" …
    source: str  # a path, a volume's name, or empty for an anonymous one
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """One network that the service is on."""

    name: str
    driver: str = ""
    subnets: tuple[str, ...] = ()


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
    volumes: tuple[Volume, ...] = ()
    networks: tuple[Network, ...] = ()
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
    name = _choose(services, file, env_file)
    return _stack(file, name, _mapping(services[name], file, name), document, caller_env)


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return _mapping(yaml.safe_load(text_of(file)), file, "the file")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise CannotRunError(
            f"{file}{line}: not valid YAML: correct it (docker stack config shows how)"
        ) from None


def _mapping(value: Any, file: Path, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CannotRunError(
            f"{file}: {what} is no mapping, so this is no stack file: give a compose v3 file"
        )
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
        f"{file}: no service's image mentions duplicity and none sets JOB_ variables: give the stack file of the job"
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
        image=config.get("image"),
        env_files=_env_files(config, file),
        environment=_environment(config),
        volumes=tuple(_volume(item, file, caller_env) for item in config.get("volumes") or ()),
        networks=tuple(_networks(config.get("networks") or (), document.get("networks") or {})),
        hostname=config.get("hostname"),
        entrypoint=_command(config.get("entrypoint")),
        command=_command(config.get("command")),
        unknown={key: value for key, value in config.items() if key not in _KNOWN},
    )


def _env_files(config: Mapping[str, Any], file: Path) -> tuple[Path, ...]:
    """Given a service, return its env files; each may be a path or a mapping with `path`."""
    given = config.get("env_file") or []
    paths = [
        item["path"] if isinstance(item, dict) else item
        for item in (given if isinstance(given, list) else [given])
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


def _volume(item: Any, file: Path, caller_env: Mapping[str, str]) -> Volume:
    """Given a volume in its short (`source:target:mode`) or long form, return it."""
    if isinstance(item, dict):
        kind, source = str(item.get("type", "volume")), str(item.get("source", item.get("src", "")))
        target = str(item.get("target", item.get("dst", item.get("destination", ""))))
        read_only = bool(item.get("read_only", item.get("readonly", False)))
    else:
        source, _, rest = str(item).rpartition(":") if str(item).count(":") == 0 else str(item).partition(":")
        target, _, mode = rest.partition(":")
        kind = "bind" if source.startswith(("/", ".", "~")) else "volume"
        read_only = "ro" in mode.split(",")
    if kind == "bind":
        source = _absolute(source, file, caller_env)
    return Volume(kind, source, target, read_only)


def _absolute(source: str, file: Path, caller_env: Mapping[str, str]) -> str:
    if source.startswith("~"):
        source = caller_env.get("HOME", "~") + source[1:]
    return posixpath.normpath(posixpath.join(str(file.parent.absolute()), source))


def _networks(names: Any, declared: Any) -> Iterator[Network]:
    """Given a service's networks and the file's, return the service's, with what the file says of each."""
    for name in names:
        config = declared.get(name) or {}
        ranges = (config.get("ipam") or {}).get("config") or ()
        yield Network(
            str(name), str(config.get("driver", "")), tuple(str(r["subnet"]) for r in ranges if "subnet" in r)
        )


def _command(value: Any) -> tuple[str, ...] | None:
    """Given `command` or `entrypoint`, return its words; a text stays one word, for a shell to split."""
    if value is None:
        return None
    return tuple(str(word) for word in value) if isinstance(value, list) else (str(value),)
