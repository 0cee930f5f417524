"""The README's two commands work as they stand on a stock Debian, whose Python refuses `pip install`.

They run in a container of the base image: the distribution's Python, and nothing of ours but the checkout. Downloads
are kept in a volume. The commands are not changed, only lengthened, so that their runs are small.
"""

import io
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verify.errors import CannotRunError

CHECKOUT = Path(__file__).parents[3]
BASE = "duplicity-verify/base:bookworm"
CACHE = "duplicity-verify-readme-cache"  # a volume
PLACE = "/checkout"
# How this machine reaches the package index, as far as the environment says it.
INDEX = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
         "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")  # fmt: skip
SMALL_RUN = ' --profile smoke -k "full_backup and comes_back or test_job.py"'
SMALL_FOLDER = " tests/unit/job"


@pytest.fixture
def machine() -> Iterator[Any]:
    """A container with the checkout, and with the distribution's Python."""
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - costs what docker costs

    try:
        engine = client()
    except CannotRunError as error:
        pytest.skip(str(error))
    if not engine.images.list(BASE):
        pytest.skip(f"the engine has no {BASE}: run ci/prepare-host")
    environment = {name: os.environ[name] for name in INDEX if os.environ.get(name)}
    environment["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"  # uv asks for no authorities of the system's
    container = engine.containers.create(
        BASE, ["sleep", "3600"], init=True, environment=environment, working_dir=PLACE,
        volumes={CACHE: {"bind": "/root/.cache", "mode": "rw"}},
    )  # fmt: skip
    try:
        container.put_archive("/", checkout())
        container.start()
        yield container
    finally:
        container.remove(force=True, v=True)


def checkout() -> bytes:
    """What git has of this checkout, as a tar."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in listed.split("\0")[:-1]:
            if (CHECKOUT / name).exists():
                tar.add(CHECKOUT / name, arcname=f"{PLACE}/{name}")
    return packed.getvalue()


def commands() -> list[str]:
    """The README's first commands, from its verification to its tests."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"(?<=```sh\n)python3 -m venv .*(?=\n```)", text)


def test_the_readmes_commands_work_where_pip_is_refused(machine: Any) -> None:
    """One after the other in one checkout, as a reader types them."""
    verify, tests = commands()
    assert verify.endswith("duplicity-verify")
    assert tests.endswith("pytest")
    assert re.search(r"^✓ content .*^PROVEN: ", said(machine, verify + SMALL_RUN), re.MULTILINE | re.DOTALL)
    assert re.search(r"=+ \d{3} passed, \d+ skipped in ", said(machine, tests + SMALL_FOLDER))
    must_refuse_pip(machine)


def must_refuse_pip(machine: Any) -> None:
    """Raise where `pip install` works: the commands would not show what they are to show."""
    code, output = ran(machine, ".uv/bin/pip --python /usr/bin/python3 install uv")
    assert code != 0
    assert "externally-managed-environment" in output


def said(machine: Any, command: str) -> str:
    """Return what a command printed. Raise unless it ended with exit code 0."""
    code, output = ran(machine, command)
    assert code == 0, output
    return output


def ran(machine: Any, command: str) -> tuple[int, str]:
    """Run a line of the shell; return its exit code, and what it printed."""
    code, output = machine.exec_run(["sh", "-c", command])
    return code, output.decode()
