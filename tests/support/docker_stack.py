"""What `docker stack config` makes of stack files: it needs no engine, and takes a tenth of a second."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class _AsPrinted(yaml.SafeLoader):
    """Reads what docker prints: a scalar is a text, but for `null`, `true` and `false`."""


_AsPrinted.yaml_implicit_resolvers = {}
_AsPrinted.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("null$"), ["n"])
_AsPrinted.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), ["t", "f"])


def answers() -> bool:
    """Return whether there is a docker command."""
    return shutil.which("docker") is not None


def configured(file: Path, variables: Mapping[str, str]) -> Mapping[str, Any] | str:
    """Given a stack file and the variables of whoever deploys it, return its services, or why docker refuses it."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/home/me", **variables}
    done = subprocess.run(
        ["docker", "stack", "config", "-c", str(file)], capture_output=True, env=environment, check=False
    )
    if done.returncode:
        return done.stderr.decode().strip()
    services: Mapping[str, Any] = yaml.load(done.stdout.decode(), _AsPrinted)["services"]  # noqa: S506 - it is a safe one
    return services
