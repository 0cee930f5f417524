"""Where a service's files come from, and the networks it is on, as a stack file says it."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class StackVolume:
    """One mount of the service."""

    type: str  # "bind", "volume", "tmpfs" …
    source: str  # a path, a volume's name, or empty for an anonymous one
    target: str
    read_only: bool = False
    outside: str = ""  # a volume's name in the engine, where the file fixes it


@dataclass(frozen=True, slots=True)
class StackNetwork:
    """One network that the service is on."""

    name: str
    driver: str = ""
    subnets: tuple[str, ...] = ()
    outside: str = ""  # its name in the engine, where the file fixes it


def volume_of(item: Any, folder: Path, caller_env: Mapping[str, str]) -> StackVolume:
    """Given a volume in its short (`source:target:mode`) or long form, return it.

    Relative paths are relative to `folder`. Raise ValueError, with the reason, where docker refuses it.
    """
    if isinstance(item, dict):
        kind, source = str(item["type"]), str(item.get("source") or "")
        target, read_only = str(item.get("target") or ""), bool(item.get("read_only"))
    else:
        source, target, mode = short_form(str(item))
        kind = "bind" if _is_path(source) else "volume"
        read_only = [word for word in mode.split(",") if word in {"ro", "rw"}][-1:] == ["ro"]
    if kind == "bind":
        if not source:
            raise ValueError("a bind mount without a source")
        source = absolute(source, folder, caller_env)
    return StackVolume(kind, source, clean(target), read_only)


def short_form(spec: str) -> tuple[str, str, str]:
    """Given a short form, return its source, target and mode, absent ones empty. Raise ValueError on a bad one.

    A single letter before a colon is a drive of Windows, for docker everywhere.
    """
    if len(spec) <= 2:  # noqa: PLR2004 - docker's own limit: too short to hold a colon
        if not spec:
            raise ValueError("an empty text")
        return "", spec, ""
    parts = [""]
    for char in spec:
        if char == ":" and not (len(parts[-1]) == 1 and parts[-1].isalpha()):
            parts.append("")
        else:
            parts[-1] += char
    if not all(parts):
        raise ValueError("nothing before or between its colons")
    if len(parts) > 3:  # noqa: PLR2004 - source, target, mode
        raise ValueError("too many colons")
    source, target, mode = [*parts, ""][:3] if len(parts) > 1 else ("", parts[0], "")
    return source, target, mode


def _is_path(source: str) -> bool:
    return source.startswith(("/", ".", "~", "\\\\")) or (source[:1].isalpha() and source[1:2] == ":")


def absolute(path: str, folder: Path, caller_env: Mapping[str, str]) -> str:
    """Given a path of a stack file, return it in full, without dots in it."""
    if path.startswith("~"):
        path = caller_env.get("HOME", "~") + path[1:]
    if re.match(r"\\\\|[A-Za-z]:[\\/]", path):  # of Windows
        return path
    return clean(posixpath.join(str(folder.absolute()), path))


def clean(path: str) -> str:
    """Given a path, return it as the engine takes it: one slash where it has several, none at its end, no dots."""
    return posixpath.normpath(path).replace("//", "/", 1) if path else path


def holds(folder: str, path: str) -> bool:
    """Given a folder and a path, return whether the path is that folder or lies in it."""
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def seen_at(path: str, volumes: Sequence[StackVolume]) -> Iterator[str]:
    """Given a path in a container and its mounts, yield it, and the other paths at which the same place is mounted."""
    yield path
    here = mount_of(path, volumes)
    if here is None or not here.source:
        return
    place = clean(posixpath.join(here.source, posixpath.relpath(path, here.target)))
    for other in volumes:
        if other is not here and other.type == here.type and other.source and holds(other.source, place):
            there = clean(posixpath.join(other.target, posixpath.relpath(place, other.source)))
            if mount_of(there, volumes) is other:
                yield there


def mount_of(path: str, volumes: Sequence[StackVolume]) -> StackVolume | None:
    """Given a path in a container and its mounts, return the one that it lies on, the innermost; None if on none."""
    above = [volume for volume in volumes if holds(volume.target, path)]
    return max(above, key=lambda volume: len(volume.target), default=None)


def networks_of(names: Any, declared: Any) -> Iterator[StackNetwork]:
    """Given a service's networks and the file's, return the service's, with what the file says of each."""
    for name in names:
        config = declared.get(name) or {}
        ranges = (config.get("ipam") or {}).get("config") or ()
        subnets = tuple(str(r["subnet"]) for r in ranges if "subnet" in r)
        yield StackNetwork(str(name), str(config.get("driver", "")), subnets, outside_name(str(name), config))


def outside_name(name: str, declared: Mapping[str, Any]) -> str:
    """Given a network or a volume and what the file declares of it, return its name in the engine.

    It is empty where whoever starts the file puts a name of his own before it.
    """
    external = declared.get("external")
    own = declared.get("name") or (external.get("name") if isinstance(external, dict) else None)
    return str(own) if own else name if external else ""


_OF_A_VOLUME = frozenset({"type", "source", "target", "read_only"})  # what a StackVolume holds
_PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})


def mount_options(items: Any, declared: Any) -> dict[str, Any]:
    """Given a service's volumes and the file's, return what else they say, by target: in both spellings alike."""
    found = {}
    for item in items:
        if isinstance(item, dict):
            source, target = str(item.get("source") or ""), str(item.get("target") or "")
            options = {key: value for key, value in item.items() if key not in _OF_A_VOLUME and value}
        else:
            source, target, mode = short_form(str(item))
            words = [word for word in mode.split(",") if word not in {"", "ro", "rw"}]
            options = dict(_of_mode(word) for word in words)
        if of_file := {} if _is_path(source) else declared.get(source):
            options["declared"] = of_file
        if options:
            found[clean(target)] = options
    return found


def _of_mode(word: str) -> tuple[str, Any]:
    if word in _PROPAGATIONS:
        return "bind", {"propagation": word}
    return ("volume", {"nocopy": True}) if word == "nocopy" else (word, True)


def network_options(names: Any, declared: Any) -> dict[str, Any]:
    """Given a service's networks and the file's, return what is said of each, by name."""
    own = names if isinstance(names, dict) else dict.fromkeys(names)
    said = {str(name): {"own": own[name] or {}, "declared": declared.get(name) or {}} for name in own}
    return {name: each for name, each in said.items() if any(each.values())}
