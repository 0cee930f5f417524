"""Where a service's files come from, and the networks it is on, as a stack file says it."""

import posixpath
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class StackNetwork:
    """One network that the service is on."""

    name: str
    driver: str = ""
    subnets: tuple[str, ...] = ()


def volume_of(item: Any, file: Path, caller_env: Mapping[str, str]) -> StackVolume:
    """Given a volume in its short (`source:target:mode`) or long form, return it."""
    if isinstance(item, dict):
        kind, source = str(item.get("type", "volume")), str(item.get("source", item.get("src", "")))
        target = str(item.get("target", item.get("dst", item.get("destination", ""))))
        read_only = bool(item.get("read_only", item.get("readonly", False)))
    else:
        source, target, mode = _padded(str(item).split(":"))
        kind = "bind" if source.startswith(("/", ".", "~")) else "volume"
        read_only = "ro" in mode.split(",")
    if kind == "bind":
        source = _absolute(source, file, caller_env)
    return StackVolume(kind, source, target, read_only)


def _padded(parts: list[str]) -> tuple[str, str, str]:
    """Given the parts of a short form, return source, target and mode, absent ones empty."""
    source, target, mode, *_ = [*parts, "", ""] if len(parts) > 1 else ["", *parts, ""]
    return source, target, mode


def _absolute(source: str, file: Path, caller_env: Mapping[str, str]) -> str:
    if source.startswith("~"):
        source = caller_env.get("HOME", "~") + source[1:]
    return posixpath.normpath(posixpath.join(str(file.parent.absolute()), source))


def networks_of(names: Any, declared: Any) -> Iterator[StackNetwork]:
    """Given a service's networks and the file's, return the service's, with what the file says of each."""
    for name in names:
        config = declared.get(name) or {}
        ranges = (config.get("ipam") or {}).get("config") or ()
        yield StackNetwork(
            str(name), str(config.get("driver", "")), tuple(str(r["subnet"]) for r in ranges if "subnet" in r)
        )
