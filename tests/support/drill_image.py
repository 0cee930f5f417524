"""Our image of the drill, built from this checkout, and commands of its containers."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.lab.docker.images import LOCAL_BASE, PROXIES, PUBLIC_BASE

CHECKOUT = Path(__file__).parents[2]
RECIPE = "ci/images/duplicity-verify/Dockerfile"
NAME = "duplicity-verify/duplicity-verify:trial"


def drill_image() -> Any:
    """Build the image, as far as it has changed; return it."""
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - costs what docker costs

    arguments = {name: os.environ[name] for name in PROXIES if os.environ.get(name)}
    base = LOCAL_BASE if client().images.list(LOCAL_BASE) else PUBLIC_BASE
    built, _ = client().images.build(
        path=str(CHECKOUT), dockerfile=RECIPE, tag=NAME, buildargs={"BASE": base, **arguments},
        network_mode="host", rm=True, forcerm=True,
    )  # fmt: skip
    print(f"the image has {built.attrs['Size'] / 1e6:.0f} MB, its base {size_of(base) / 1e6:.0f} MB")  # noqa: T201 - for CI
    return built


def size_of(image: str) -> int:
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - as above

    return int(client().images.get(image).attrs["Size"])


@dataclass(frozen=True)
class Container:
    """How containers of a test are started: labelled, and with the volumes that they share."""

    labels: Mapping[str, str]
    volumes: Sequence[str]  # name:target[:ro]
    options: Sequence[str] = ("--read-only", "--tmpfs=/tmp")

    def said(self, *words: str, image: str = NAME, code: int = 0, more: Sequence[str] = ()) -> str:
        """Run a command; return what it printed. Raise unless it ends with the code."""
        labels = [f"--label={name}={value}" for name, value in self.labels.items()]
        volumes = [f"--volume={each}" for each in self.volumes]
        command = ["docker", "run", "--rm", *self.options, *labels, *volumes, *more, image, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said
