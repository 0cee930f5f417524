"""Starts servers on this machine as stores."""

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from packaging.version import Version

from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.kinds import server_of
from verify.lab.stores.s3 import SERVER_READY_WITHIN, S3Store
from verify.lab.stores.servers import Command, Keys, Server, new_keys, serve
from verify.lab.stores.serving import Serving
from verify.lab.stores.store import Store

VERSION = r"\d+\.\d+[\w.]*"


def version_said_by(argv: tuple[str, ...], pattern: str) -> str:
    """Given a command that prints a program's version, and a pattern of it, return the version.

    The cache remembers it as long as the program's file is the same: to ask MinIO takes half a second of CPU.
    """
    known = _memory_of(argv)
    if known and known.exists():
        return known.read_text(encoding="utf-8")
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    found = re.search(pattern, done.stdout + done.stderr)  # `ssh -V` says it on standard error
    if not found:
        return "of unknown version"
    if known:
        with contextlib.suppress(OSError):  # of a cache that cannot be written it is asked again
            known.parent.mkdir(exist_ok=True)
            new = known.with_suffix(f".{os.getpid()}")
            new.write_text(found[0], encoding="utf-8")
            new.replace(known)
    return found[0]


def _memory_of(argv: tuple[str, ...]) -> Path | None:
    """Return the file that remembers what a program says of its version; None where there is no such program."""
    program = shutil.which(argv[0])
    if program is None:
        return None
    there = Path(program).stat()
    what = (program, argv[1:], there.st_ino, there.st_size, there.st_mtime_ns)
    return cache_dir() / "versions" / hashlib.sha256(repr(what).encode()).hexdigest()


def version_in(said: bytes) -> str:
    """Given what a program prints about itself, return the first version in it."""
    found = re.search(VERSION, said.decode(errors="replace"))
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


def start_served(kind: str, run: LabelledRun, host: Host, installed: str, here: str = "127.0.0.1") -> Store:
    """Given a kind of destination, return it as a store: a server of this machine's, at an address of its own.

    `installed` is what `provision_server` returns for it. Raise `CannotRunError` if it does not start.
    """
    recipe = server_of(kind)
    pinned = recipe.package.partition("==")[2] or recipe.npm_package.partition("@")[2]
    version = pinned or version_said_by(recipe.says, VERSION)

    def serving(folder: Path, port: int, keys: Keys) -> Serving:
        return Serving(
            host=host, client=host, installed=installed, folder=str(folder), root=f"{folder}/data",
            listen=here, address=here, port=port, keys=keys,
        )  # fmt: skip

    prepare = recipe.prepare
    if prepare is None:
        place = run.scratch / f"served-{kind}"
        shutil.rmtree(place, ignore_errors=True)
        (place / "data").mkdir(parents=True)
        return recipe.store(kind, version, serving(place, 0, new_keys()), None)
    told: list[Serving] = []

    def command(folder: Path, port: int, keys: Keys) -> Command:
        told.append(serving(folder, port, keys))
        return prepare(told[-1])

    # Not named for the server: pexpect+sftp reads an error into every path that has "open" in it.
    folder = f"served-{kind}"
    server = serve(recipe.name, run, command, partial(_until_it_listens, here), folder)
    return recipe.store(kind, version, told[-1], server)


def _until_it_listens(here: str, server: Server) -> None:
    deadline = time.monotonic() + SERVER_READY_WITHIN
    while server.running() and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection((here, server.port), 1).close()
            return
        time.sleep(0.02)
    raise TimeoutError
