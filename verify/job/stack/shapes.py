"""What docker stack deploy and docker compose let a stack file say: the part of their schemas that we rest on."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SERVICE_KEYS = _names(
    """build cap_add cap_drop cgroup_parent cgroupns_mode command configs container_name credential_spec depends_on
    deploy devices dns dns_search domainname entrypoint env_file environment expose external_links extra_hosts
    healthcheck hostname image init ipc isolation labels links logging mac_address network_mode networks oom_score_adj
    pid ports privileged read_only restart secrets security_opt shm_size stdin_open stop_grace_period stop_signal
    sysctls tmpfs tty ulimits user userns_mode volumes working_dir"""
)
_COMPOSE_ONLY = _names(
    """annotations attach blkio_config cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime
    cpu_shares cpus cpuset develop device_cgroup_rules dns_opt extends gpus group_add label_file mem_limit
    mem_reservation mem_swappiness memswap_limit models oom_kill_disable pids_limit platform post_start pre_start
    pre_stop profiles provider pull_policy pull_refresh_after runtime scale storage_opt umask use_api_socket uts
    volumes_from"""
)
_TOP = frozenset({"version", "services", "networks", "volumes", "secrets", "configs"})
_TOP_COMPOSE = frozenset({"name", "include", "models", "jobs"})
_VOLUME = frozenset({"type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs"})
_VOLUME_COMPOSE = frozenset({"image"})
_VERSIONS = frozenset({"3", *(f"3.{minor}" for minor in range(14))})


@dataclass(frozen=True)
class Wrong:
    """A thing that a reader refuses, where it is, and whether docker compose takes it."""

    place: tuple[str, ...]
    what: str
    compose_takes_it: bool = False


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_command(value: Any) -> bool:
    return _is_text(value) or _is_texts(value)


def _is_plain(value: Any) -> bool:
    return (isinstance(value, str | int | float | dt.datetime) and not isinstance(value, bool)) or value is None


def _is_environment(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return _is_texts(value) and len(set(value)) == len(value)


def _is_compose_environment(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(each) or isinstance(each, bool) for each in value.values())
    return _is_texts(value)


def _is_env_file(value: Any) -> bool:
    each = value if isinstance(value, list) else [value]
    return all(_is_text(one) or (isinstance(one, dict) and _is_text(one.get("path"))) for one in each)


def _is_extends(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, dict) and _is_text(value.get("service")))


def _is_networks(value: Any) -> bool:
    return isinstance(value, dict) or _is_texts(value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_deploy(value: Any) -> bool:
    replicas = value.get("replicas", 1) if isinstance(value, dict) else 1
    return (value is None or isinstance(value, dict)) and isinstance(replicas, int) and not isinstance(replicas, bool)


# Key by key: what it must be in words, whether it is that for docker stack deploy, and for docker compose.
_Test = Callable[[Any], bool]
_KEYS: Mapping[str, tuple[str, _Test, _Test]] = {
    "image": ("a text", _is_text, _is_text),
    "hostname": ("a text (in quotes)", _is_text, _is_text),
    "user": ("a text (in quotes)", _is_text, _is_text),
    "command": ("a text or a list of texts", _is_command, lambda v: v is None or _is_command(v)),
    "entrypoint": ("a text or a list of texts", _is_command, lambda v: v is None or _is_command(v)),
    "extends": ("a service's name, or a mapping with one", lambda _: True, _is_extends),
    "env_file": ("a path or a list of paths", _is_command, _is_env_file),
    "environment": (
        "a mapping of names to texts and numbers, or a list of NAME=value",
        _is_environment,
        _is_compose_environment,
    ),
    "volumes": ("a list", lambda v: isinstance(v, list), lambda v: isinstance(v, list)),
    "networks": ("a list or a mapping of networks", _is_networks, _is_networks),
    "read_only": ("true or false", _is_truth, lambda _: True),
    "privileged": ("true or false", _is_truth, lambda _: True),
    "deploy": ("a mapping, and its replicas a whole number", _is_deploy, lambda v: v is None or isinstance(v, dict)),
}


def wrong_in(document: Mapping[Any, Any], *, compose: bool) -> Iterator[Wrong]:
    """Given a file's content, yield what docker compose, or else docker stack deploy, refuses in it."""
    yield from _keys((), document, _TOP, _TOP_COMPOSE, compose=compose)
    version = document.get("version", "3")
    if not compose and version not in _VERSIONS:
        yield Wrong(("version",), f"is {version!r}, and must be 3 to 3.13, or left out", True)
    services = document.get("services", {})
    if not isinstance(services, dict):
        yield Wrong(("services",), "is no mapping of services")
        return
    for name, service in services.items():
        if not isinstance(service, dict):
            yield Wrong(("services", str(name)), "is no mapping")
        else:
            yield from _service(("services", str(name)), service, compose=compose)


def _keys(
    place: tuple[str, ...], given: Mapping[Any, Any], known: frozenset[str], more: frozenset[str], *, compose: bool
) -> Iterator[Wrong]:
    """Yield the keys that one of the readers does not know; `more` are those that only compose knows."""
    for key in given:
        if not isinstance(key, str):
            yield Wrong(place, f"{key!r} is no text: put it in quotes")
        elif key not in known and not key.startswith("x-") and not (compose and key in more):
            yield Wrong((*place, key), "is unknown to it", key in more)


def _service(place: tuple[str, ...], service: Mapping[Any, Any], *, compose: bool) -> Iterator[Wrong]:
    yield from _keys(place, service, SERVICE_KEYS, _COMPOSE_ONLY, compose=compose)
    for key, (what, stack_takes, compose_takes) in _KEYS.items():
        if key in service and not (compose_takes if compose else stack_takes)(service[key]):
            yield Wrong((*place, key), f"must be {what}", compose_takes(service[key]))
    environment = service.get("environment")
    yield from (
        Wrong((*place, "environment"), f"{key!r} is no text: put it in quotes")
        for key in (environment if isinstance(environment, dict) else ())
        if not isinstance(key, str)
    )
    volumes = service.get("volumes")
    for number, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        yield from _volume((*place, "volumes", str(number)), volume, compose=compose)


def _volume(place: tuple[str, ...], volume: Any, *, compose: bool) -> Iterator[Wrong]:
    if isinstance(volume, dict):
        yield from _keys(place, volume, _VOLUME, _VOLUME_COMPOSE, compose=compose)
        if not _is_text(volume.get("type")):
            yield Wrong(place, "has no type: write type: bind, volume or tmpfs")
        for key, kind in (("source", str), ("target", str), ("read_only", bool)):
            if key in volume and not isinstance(volume[key], kind):
                yield Wrong((*place, key), f"must be {'true or false' if kind is bool else 'a text'}")
    elif not _is_text(volume):
        yield Wrong(place, "must be source:target, or a mapping")
