"""What is tested here needs no duplicity and no server; what does belongs into tests/component."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

SERVERS = ("minio", "weed", "toxiproxy-server", "duplicity")  # by their programs' names
_here: list[str] = []  # the test of this folder that runs


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and _here:
        words = [os.fsdecode(word) for word in arguments[1] if isinstance(word, str | bytes | os.PathLike)]
        if {"verify.cli"} & {*words} or any(os.path.basename(word) in SERVERS for word in words[:3]):  # noqa: PTH119
            raise RuntimeError(f"{_here[0]} starts {words}: it belongs into tests/component")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def starts_no_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that starts duplicity, a server or the command."""
    _here.append(request.node.nodeid)
    yield
    _here.clear()
