"""What the tests of looking share: real servers of each kind, and one small backup on each, made by duplicity."""

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest
from kind_bench import Bench, cannot_serve, planted, served
from vendors.stores import KINDS

from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.stores.destination import Destination
from verify.lab.stores.kinds import SERVERS, SIBLINGS, server_of

VENDOR_BY_DAY = "b2"


@pytest.fixture(scope="session")
def run() -> Iterator[LabelledRun]:
    with open_run() as opened:
        yield opened


@pytest.fixture(scope="session")
def host(run: LabelledRun) -> Iterator[Host]:
    """This machine, with a scratch whose name has no "open" in it: pexpect+sftp reads an error into that."""
    with contextlib.closing(local_host(run.scratch, run.marker)) as host:
        yield host


NIGHTLY = pytest.mark.nightly(reason="by day the kind is tried whose backend it shares")
BY_NIGHT = {*SIBLINGS, "pexpect+scp"}
ALL = (*SERVERS, *SIBLINGS, *KINDS)


@pytest.fixture(scope="session", params=[pytest.param(each, marks=NIGHTLY if each in BY_NIGHT else ()) for each in ALL])
def bench(
    request: pytest.FixtureRequest, host: Host, run: LabelledRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """A kind with a backup at `healthy`: a full and an incremental, of two volumes each."""
    kind = request.param
    if kind in KINDS and kind != VENDOR_BY_DAY and request.config.option.profile != "nightly":
        pytest.skip(f"by night: by day all of this is tried on {VENDOR_BY_DAY}, and test_vendors asks each vendor")
    if why := cannot_serve(kind):
        pytest.skip(why)
    if kind not in KINDS and server_of(kind).name == "OpenSSH" and os.geteuid():
        pytest.skip("only root can start OpenSSH's server: it wants a folder in /run")
    with contextlib.closing(served(kind, run, host)) as store:
        yield planted(Bench(store, tmp_path_factory.mktemp("bench"), run))


@pytest.fixture
def by_night(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.profile == "nightly")


@pytest.fixture
def cheap_by_day(bench: Bench, by_night: bool) -> None:
    """By day, leave out kinds whose client takes a second of CPU to import for each look."""
    if bench.store.kind in {"azure", "swift"} and not by_night:
        pytest.skip(f"by night: each look takes {bench.store.kind} a second of CPU")


@pytest.fixture
def copy(bench: Bench) -> Iterator[Callable[[], Destination]]:
    """Give what copies the backup to another place of the server; the copies are removed afterwards."""
    made: list[Destination] = []

    def copied() -> Destination:
        made.append(bench.healthy.copied())
        return made[-1]

    yield copied
    for each in made:
        each.empty()
