"""Real releases take the words that they are given."""

import os

import pytest

from verify.lab.client.duplicity import Duplicity
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.hosts.host import Host

NOW = 1_704_067_200
BY_DAY = ("0.8.18", "1.2.3", "2.2.4", "3.2.1")  # one of each generation
BY_NIGHT = pytest.mark.nightly(reason="releases that no other test by day installs")
REAL = [*BY_DAY, *(pytest.param(each, marks=BY_NIGHT) for each in ("0.8.22", "2.1.0", "2.1.5", "3.0.5.1"))]


@pytest.fixture(params=REAL)
def provisioned(index: None, request: pytest.FixtureRequest) -> Provisioned:
    return provision_duplicity(request.param)


def write(host: Host, path: str, data: bytes, at: int) -> None:
    host.put(path, data)
    os.utime(path, (at, at))  # duplicity misses a change within the same second


def test_a_release_takes_every_command_with_a_jobs_options(provisioned: Provisioned, host: Host) -> None:
    source, url = f"{host.scratch}/source", f"file://{host.scratch}/target"
    host.mkdir(source)
    write(host, f"{source}/-dash", b"first", NOW - 9)
    options = (
        "--no-encryption", "--archive-dir", f"{host.scratch}/archive", "--full-if-older-than", "1M", "--volsize", "25",
        "--allow-source-mismatch", "--exclude", f"{source}/none", "--verbosity", "0",
    )  # fmt: skip
    client = Duplicity(host, provisioned.command, provisioned.release, options=options)
    client.full(source, url, at=NOW).must_succeed()
    write(host, f"{source}/-dash", b"second, longer", NOW)
    client.incremental(source, url, at=NOW + 86_400).must_succeed()

    status = client.collection_status(url).must_succeed()
    assert [(each.kind, each.time) for each in status.sets] == [("full", NOW), ("incremental", NOW + 86_400)]
    assert client.list_current_files(url, at=NOW).must_succeed().paths == [b"", b"-dash"]
    verified = client.verify(url, source, compare_data=True, at=NOW + 86_400).must_succeed()
    assert (verified.compared, verified.differences) == (2, 0)
    changed = client.verify(url, source, compare_data=True, at=NOW)
    assert (changed.exit_code, changed.differences > 0) == (1, True)

    client.restore(url, f"{host.scratch}/whole", at=NOW).must_succeed()
    client.restore(url, f"{host.scratch}/one", path=b"-dash").must_succeed()
    assert host.get(f"{host.scratch}/whole/-dash") == b"first"
    assert host.get(f"{host.scratch}/one") == b"second, longer"

    client.cleanup(url, force=True).must_succeed()
    # Two months on, the job's --full-if-older-than makes a full; then the first chain may go.
    later = NOW + 62 * 86_400
    write(host, f"{source}/-dash", b"third", NOW + 9)
    client.incremental(source, url, at=later).must_succeed()
    kinds = [each.kind for each in client.collection_status(url).sets]
    assert kinds == ["full", "incremental", "full"]
    client.remove_older_than(url, str(later - 1), force=True).must_succeed()
    assert [each.time for each in client.collection_status(url).sets] == [later]
