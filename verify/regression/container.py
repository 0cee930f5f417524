"""What the container of a job runs, and how: the part of a stack file that no variable says."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from verify.job import Job
from verify.job.credentials import printable_text
from verify.job.stack.values import go_text

# Settings that change what duplicity meets in its container; of any other it is only known that it is there.
_UNDERSTOOD = frozenset(
    {"build", "cap_add", "cap_drop", "configs", "init", "network_mode", "platform", "privileged", "read_only",
     "runtime", "secrets", "tmpfs", "user", "volumes_from", "working_dir"}
)  # fmt: skip
_PAIRS = {"labels": "=", "sysctls": "=", "extra_hosts": ":"}
_LISTS = frozenset({"dns", "dns_search", "tmpfs"})
_OFF = frozenset({"privileged", "read_only", "stdin_open", "tty"})  # `false` is what holds without them
_OF_RUNNING = frozenset({"deploy.replicas", "scale", "profiles", "restart"})


def runs(job: Job) -> Iterator[str]:
    """Given a job, yield what its container runs, and whether it is started, where that is not the image's own."""
    for name, words in (("entrypoint", job.entrypoint), ("command", job.command)):
        if words is not None:
            yield f"{name}: {printable_text(shlex.join(words), job.secrets) or 'nothing'}"
    settings = dict(_settings(job))
    for name in ("deploy.replicas", "scale"):
        if name in settings:
            never = ": it never runs" if str(settings[name]) == "0" else ""
            yield f"{settings[name]} replicas{never}"
    if "profiles" in settings:
        yield f"started only with a profile: {_text(settings['profiles'])}"
    if "restart" in settings:
        yield f"started again: {_text(settings['restart'])}"


def container(job: Job) -> Iterator[str]:
    """Given a job, yield the settings of its container that change what duplicity meets there."""
    if job.networks:
        yield f"networks: {', '.join(sorted(network.name for network in job.networks))}"
    for name, value in _settings(job):
        if name in _UNDERSTOOD:
            yield f"{name}: {printable_text(_text(value), job.secrets)}"


def other_settings(job: Job) -> Iterator[str]:
    """Given a job, yield the names of the settings of its service that nobody here understands."""
    return (f"{name} (its value is not shown)" for name in others(job))


def others(job: Job) -> dict[str, Any]:
    """Given a job, return the settings of its service that nobody here understands."""
    return {name: value for name, value in _settings(job) if name not in _UNDERSTOOD | _OF_RUNNING}


def hidden_settings(before: Job, after: Job) -> Iterator[str]:
    """Given two jobs, yield the settings that both have, that are not shown, and that are not the same."""
    old, new = (dict(_settings(job)) for job in (before, after))
    shown = [{*runs(job), *container(job)} for job in (before, after)]
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name] and (name in others(before) or shown[0] == shown[1]):
            yield name


def _settings(job: Job) -> Iterator[tuple[str, Any]]:
    """Yield the settings of the service, each in one spelling; those of `deploy` one by one."""
    for name, value in sorted(job.settings.items()):
        if name == "deploy" and isinstance(value, dict):
            yield from ((f"deploy.{part}", _in_one_spelling(part, each)) for part, each in sorted(value.items()))
        elif name not in _OFF or value is not False:
            yield name, _in_one_spelling(name, value)


def _in_one_spelling(name: str, value: Any) -> Any:
    """Given a setting, return it as the long of its spellings has it."""
    if name in _PAIRS and isinstance(value, list):
        pairs = (str(each).partition(_PAIRS[name]) for each in value)
        return {key: rest for key, _, rest in pairs}
    if name in _PAIRS and isinstance(value, dict):
        return {key: "" if each is None else go_text(each) for key, each in value.items()}
    if name in _LISTS and isinstance(value, str):
        return [value]
    if name in {"secrets", "configs"} and isinstance(value, list):
        return [{"source": each} if isinstance(each, str) else each for each in value]
    return value


def _text(value: Any) -> str:
    """Return a setting in words; of a mapping only its names, for a value in it may be a secret."""
    if isinstance(value, dict):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, list):
        return ", ".join(_text(each.get("source", "") if isinstance(each, dict) else each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)
