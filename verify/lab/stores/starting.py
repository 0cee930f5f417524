"""Starts a server as a store."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from packaging.version import Version

from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.servers import Command, Keys, Server, serve


def version_said_by(argv: tuple[str, ...], pattern: str) -> str:
    """Given a command that prints a program's version, and a pattern of it, return the version."""
    said = subprocess.run(argv, check=False, capture_output=True, text=True).stdout
    found = re.search(pattern, said)
    return found[0] if found else "of unknown version"


def start_store(
    name: str, version: str, run: LabelledRun, command: Callable[[Path, int, Keys], Command], release: Version
) -> S3Store:
    """Given how to start a server, return it as a store once it answers.

    Raise `CannotRunError` if it does not start.
    """
    stores: list[S3Store] = []

    def ready(server: Server) -> None:
        store = S3Store(
            name, version, address=server.address, keys=server.keys, release=release, close=server.close, power=server
        )
        store.make_ready(server.running)
        stores.append(store)

    serve(name, run, command, ready)
    return stores[-1]
