"""A server whose key or authority nobody knows, one that dies in the middle, and one that holds a thousand files."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from kind_bench import Bench, cannot_serve, served

from verify.destinations.view import RefusedError
from verify.errors import CannotRunError
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.destination import Destination

BY_SSH = ("sftp", "scp", "pexpect+sftp", "rsync+ssh")
BY_TLS = ("ftps", "ftpes", "webdavs")
THOUSAND = 1_001  # more than a page of any listing, and than Swift or S3 give at once
Serve = Callable[[str], Bench]


@pytest.fixture
def serve(run: LabelledRun, host: Host, tmp_path: Path) -> Serve:
    """Serve a kind, with one small file at `healthy`; the server ends with its run."""

    def one(kind: str) -> Bench:
        if why := cannot_serve(kind):
            pytest.skip(why)
        (tmp_path / "source").mkdir()
        bench = Bench(served(kind, run, host), tmp_path, run)
        bench.healthy.put("one", b"1")
        return bench

    return one


@pytest.fixture
def by_day(request: pytest.FixtureRequest, by_night: bool) -> None:
    """By day, leave out all kinds but the first of each way."""
    if request.getfixturevalue("kind") not in {BY_SSH[0], BY_TLS[0]} and not by_night:
        pytest.skip("by night: by day one kind of each way is tried")


@pytest.mark.usefixtures("by_day")
@pytest.mark.parametrize("kind", BY_SSH)
def test_a_server_whose_key_nobody_knows_is_told_and_nobody_is_asked(serve: Serve, kind: str) -> None:
    bench = serve(kind)
    options = [each for each in bench.healthy.options if "KnownHosts" not in each]
    nobody = bench.folder / "known_hosts"
    nobody.touch()
    at = replace(bench.healthy, options=(*options, f"--ssh-options=-oUserKnownHostsFile={nobody}"))
    with bench.view(bench.job(at)) as view, pytest.raises(RefusedError) as caught:
        view.objects()
    assert "known_hosts" in caught.value.hint
    assert nobody.read_bytes() == b""


@pytest.mark.usefixtures("by_day")
@pytest.mark.parametrize("kind", BY_TLS)
def test_a_server_whose_authority_nobody_knows_is_told(serve: Serve, kind: str) -> None:
    bench = serve(kind)
    at = replace(bench.healthy, options=())
    with bench.view(bench.job(at)) as view, pytest.raises(RefusedError) as caught:
        view.objects()
    assert "authority" in caught.value.hint


def test_a_server_that_dies_after_it_was_listed_is_no_verdict(serve: Serve) -> None:
    bench = serve("sftp")
    with bench.view(bench.job(bench.healthy)) as view:
        names = [(each.name, "sha1") for each in view.objects()]
        bench.store.close()
        with pytest.raises(CannotRunError, match=r"does not answer|cannot be looked at"):
            dict(view.digests(names, time.monotonic() + 60))


@pytest.mark.nightly(reason="a thousand files are written to each kind")
def test_a_thousand_files_are_listed(bench: Bench, copy: Callable[[], Destination]) -> None:
    at = copy()
    for number in range(THOUSAND):
        at.put(f"other{number}", b"")
    with bench.view(bench.job(at)) as view:
        assert {each.name for each in view.objects()} == {each.name for each in at.objects()}
        assert len(view.objects()) > THOUSAND
