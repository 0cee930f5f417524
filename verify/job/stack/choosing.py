"""Which service of a stack file is the job's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.job.stack.service import env_files_of, environment_of


def chosen(services: Mapping[str, Any], file: Path, env_file: Path | None, service: str | None) -> str:
    """Given all services, return the name of the one that runs duplicity.

    `service` names it; else `env_file` decides between several. Raise `CannotRunError` if none or several are left.
    """
    if service is not None:
        return _named(service, services, file)
    names = [name for name, config in services.items() if "duplicity" in str(config.get("image") or "")]
    names = names or [name for name, config in services.items() if _looks_like_a_job(config, file)]
    if len(names) > 1 and env_file is not None:
        mine = env_file.resolve()
        names = [name for name in names if mine in _env_files(services[name], file)] or names
    if len(names) == 1:
        return names[0]
    if names:
        raise CannotRunError(f"{file}: the services {', '.join(names)} all run duplicity: choose one by --service NAME")
    there = f"; its services are {', '.join(services)}" if services else ""
    raise CannotRunError(
        f"{file}: no service runs duplicity (by its image, its command, or JOB_ variables){there}:"
        " give the job's stack file, or name the service by --service NAME"
    )


def _named(service: str, services: Mapping[str, Any], file: Path) -> str:
    if service not in services:
        raise CannotRunError(f"{file}: no service {service}: --service takes one of {', '.join(services) or 'none'}")
    return service


def _env_files(config: Mapping[str, Any], file: Path) -> set[Path]:
    return {path.resolve() for path in env_files_of(config, file)["env_files"]}


def _looks_like_a_job(config: Mapping[str, Any], file: Path) -> bool:
    runs = " ".join(str(config.get(key) or "") for key in ("command", "entrypoint", "build"))
    names = [*environment_of(config), *(path.name for path in env_files_of(config, file)["env_files"])]
    return any(each.startswith("JOB_") or "duplicity" in each for each in (*names, runs))
