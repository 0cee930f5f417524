"""What the tests of looking share: real servers of each kind, and one small backup on each, made by duplicity."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kind_bench import SERVERS, Bench, planted
from kinds import Served, needed, openssh

from verify.lab.hosts.runs import LabelledRun, open_run


@pytest.fixture(scope="session")
def run() -> Iterator[LabelledRun]:
    with open_run() as opened:
        yield opened


@pytest.fixture(scope="session")
def serve(run: LabelledRun) -> Iterator[Callable[[str], Served]]:
    """Give what returns a kind, served; a server is started when it is first asked for, and serves all its kinds."""
    with contextlib.ExitStack() as stack:
        running: dict[object, Served | dict[str, Served]] = {}

        def served(kind: str) -> Served:
            start, programs = SERVERS[kind]
            if why := needed(*programs):
                pytest.skip(why)
            if start is openssh and os.geteuid():
                pytest.skip("only root can start OpenSSH's server: it wants a folder in /run")
            if start not in running:
                # A name without "open", as pytest's popen-gw0 has: pexpect+sftp reads "open…: Failure" in every path.
                folder = run.scratch / f"served-{len(running)}"
                running[start] = stack.enter_context(start(run, folder))
            found = running[start]
            return found if isinstance(found, Served) else found[kind]

        yield served


@pytest.fixture(scope="session", params=SERVERS)
def bench(
    request: pytest.FixtureRequest,
    serve: Callable[[str], Served],
    run: LabelledRun,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bench:
    """A kind with a backup at `healthy`: a full and an incremental, of two volumes each."""
    return planted(Bench(serve(request.param), tmp_path_factory.mktemp("bench"), run))


@pytest.fixture
def copy(bench: Bench) -> Iterator[Callable[[str], Path]]:
    """Give what copies the backup to another folder of the server; the copies are removed afterwards."""
    made: list[Path] = []

    def copied(name: str) -> Path:
        there = bench.served.place(name)
        subprocess.run(["cp", "-a", str(bench.served.place("healthy")), str(there)], check=True)
        made.append(there)
        return there

    yield copied
    for each in made:
        subprocess.run(["rm", "-rf", str(each)], check=True)
