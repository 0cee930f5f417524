"""What the tests of looking share: real servers of each kind, and one small backup on each, made by duplicity."""

import contextlib
import os
from collections.abc import Callable, Generator, Iterator

import pytest
from kind_bench import Bench, cannot_serve, planted, served
from vendors.stores import KINDS

from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.stores.destination import Destination
from verify.lab.stores.kinds import FOLDER, SERVERS, SIBLINGS, server_of
from verify.report.tables import cell

VENDOR_BY_DAY = "b2"
WHOLE_BY_DAY = {"sftp", VENDOR_BY_DAY}
TABLE = "Destinations"
COLUMNS = {
    "test_what_lies_there_is_listed_with_its_sizes_and_hashed_and_read": "listed, sized, hashed",
    "test_a_place_that_is_missing_is_told_and_not_made": "missing place",
    "test_a_wrong_password_is_refused_in_one_sentence_without_it": "wrong password",
    "test_a_server_that_is_not_there_is_no_verdict": "no server",
    "test_a_healthy_backup_is_proven": "drill proves",
    "test_a_volume_that_is_lost_or_changed_is_named": "{harm} volume named",
    "test_a_backup_that_was_killed_is_made_good_by_the_next": "killed, run again",
    "test_a_job_is_tried_by_its_own_backend": "lab, {runtime}",
}
HARMS = {"lose": "lost", "flip": "flipped", "swap": "swapped"}


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
BY_NIGHT = {*SIBLINGS, "pexpect+scp", "ftps", "ftpes", "webdavs"}
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note in the table of destinations what became of a test: `ci/figures.py` puts it into docs/."""
    named = getattr(getattr(item, "callspec", None), "params", {})
    store = getattr(getattr(item, "funcargs", {}).get("bench"), "store", None)
    kind, column = named.get("kind") or (store and store.kind), column_of(item)
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if column and kind not in {None, "", FOLDER} and call.when == "call" and not skipped:
        text = "✗" if call.excinfo else f"✓ {call.duration:.0f} s"
        item.user_properties.append(cell(TABLE, kind, column, text))
        if store:
            said = f"{store.how_real}: {store.name} {store.version}"
            item.user_properties.append(cell(TABLE, kind, "how real", said))
    return (yield)


def column_of(item: pytest.Item) -> str:
    """Return the column of the table that a test fills; empty for one that fills none."""
    named = getattr(getattr(item, "callspec", None), "params", {})
    harm = getattr(named.get("harm"), "__name__", "")
    column = COLUMNS.get(item.name.partition("[")[0], "")
    return column.format(harm=HARMS.get(harm, harm), runtime=named.get("runtime", ""))


@pytest.fixture
def by_night(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.profile == "nightly")


@pytest.fixture
def of_some_by_day(bench: Bench, by_night: bool) -> None:
    """By day, leave out all kinds but one with a server of ours and one of a vendor's."""
    if bench.store.kind not in WHOLE_BY_DAY and not by_night:
        pytest.skip("by night: by day each kind is backed up to and drilled, and the rest is tried on two")


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
