"""Schemes that lead nowhere: duplicity itself, of the releases that have them and of those that have not, says so."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.job import read_job
from verify.job.destination.schemes import REPLACEMENTS, dead_schemes
from verify.lab.client.duplicity import schemes_of
from verify.lab.client.provision import provision_duplicity
from verify.lab.hosts.host import Host, local_host

BY_DAY = ("0.8.22", "3.2.1")
BY_NIGHT = ("0.8.18", "1.2.3", "2.2.4")
GS_RENAMED = Version("0.8.23")  # gs:// is boto+gs:// in it, until 2.0
DEAD = sorted(name for name, each in REPLACEMENTS.items() if each.closed or each.dropped is not None)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """This machine, with the cache that all tests share: older releases are compiled."""
    with contextlib.closing(local_host(tmp_path / "host")) as opened:
        yield opened


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "release",
    [*BY_DAY, *(pytest.param(each, marks=pytest.mark.nightly(reason="more releases by night")) for each in BY_NIGHT)],
)
def test_a_release_has_a_scheme_until_it_is_dropped_and_reaches_nothing_by_one_that_is_closed(
    host: Host, release: str
) -> None:
    made = provision_duplicity(release)
    registered = schemes_of(host, made.command)
    assert registered is not None
    for scheme in DEAD:
        url = f"{scheme}://user:secret@host/folder"
        file = f"{host.scratch}/duplicity.env"
        host.put(file, f"SRC=/var/data\nDST={url}\nPASSPHRASE=x\n".encode())
        job = read_job(Path(file), None, {})
        found, replacement = dead_schemes(job, made.release), REPLACEMENTS[scheme]
        if not replacement.closed:
            is_to_come = scheme == "boto+gs" and made.release < GS_RENAMED
            assert bool(found) == (scheme not in registered and not is_to_come), scheme
            continue
        assert len(found) == 1, scheme
        words = ["collection-status", "--num-retries=1", f"--archive-dir={host.scratch}/archive", url]
        done = host.run([*made.command, *words], env={"PASSPHRASE": "x"}, timeout=60)
        assert done.returncode != 0, scheme
