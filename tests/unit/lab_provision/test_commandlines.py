"""The words that duplicity gets, and that real releases take them."""

import os

import pytest
from packaging.version import Version

from verify.lab.client.command_lines import IMPATIENT, can_be_named, command_line, one_path, taken
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.hosts.host import Host

JOB = ("--exclude", "/data/cache", "--volsize=25", "--allow-source-mismatch", "--exclude-device-files", "--name", "x")
NOW = 1_704_067_200
REAL = ["0.8.18", "0.8.22", "1.2.3", "2.1.0", "2.1.5", "2.2.4", "3.0.5.1", "3.2.1"]


@pytest.mark.parametrize("release", ["0.8.18", "2.1.5", "3.2.1"])
@pytest.mark.parametrize("verb", ["full", "incremental"])
def test_a_backup_takes_all_of_a_jobs_options(release: str, verb: str) -> None:
    assert taken(Version(release), verb, JOB) == JOB


def test_verify_selects_as_the_backup_did() -> None:
    assert taken(Version("3.2.1"), "verify", JOB) == JOB


@pytest.mark.parametrize("verb", ["restore", "list-current-files", "collection-status", "cleanup", "remove-older-than"])
def test_other_verbs_select_nothing(verb: str) -> None:
    assert taken(Version("3.2.1"), verb, JOB) == ("--volsize=25", "--allow-source-mismatch", "--name", "x")


@pytest.mark.parametrize("release", ["2.0.2", "2.1.5", "2.2.3"])
def test_some_releases_take_a_backups_options_with_a_backup_only(release: str) -> None:
    assert taken(Version(release), "restore", JOB) == ("--name", "x")
    assert taken(Version(release), "verify", JOB) == (
        "--exclude",
        "/data/cache",
        "--exclude-device-files",
        "--name",
        "x",
    )


def test_the_verb_comes_first_and_the_places_last() -> None:
    line = command_line(Version("3.2.1"), "full", (), ("--name", "x"), ("/data", "file:///b"), at=NOW)
    assert line == ("full", f"--current-time={NOW}", "--name", "x", *IMPATIENT, "/data", "file:///b")


@pytest.mark.parametrize("verb", ["verify", "list-current-files", "collection-status"])
def test_a_jobs_verbosity_does_not_hide_what_is_read(verb: str) -> None:
    line = command_line(Version("3.2.1"), verb, (), ("--verbosity", "0"), ("file:///b",))
    assert line.index("--verbosity=notice") > line.index("0")


@pytest.mark.parametrize("words", [("--full-if-older-than", "1M"), ("--full-if-older-than=1M",)])
@pytest.mark.parametrize("release", ["0.8.18", "1.2.3", "2.1.0"])
def test_the_age_of_a_full_is_by_the_clock_that_was_given(release: str, words: tuple[str, ...]) -> None:
    meant = " ".join(taken(Version(release), "incremental", words, NOW)).replace("=", " ")
    assert meant == f"--full-if-older-than {NOW - 30 * 86_400}"
    assert taken(Version(release), "incremental", words) == words
    assert taken(Version("3.2.1"), "incremental", words, NOW) == words


@pytest.mark.parametrize(("release", "option"), [("1.2.3", "--file-to-restore"), ("2.0", "--path-to-restore")])
def test_one_path_is_spelt_as_the_release_spells_it(release: str, option: str) -> None:
    assert one_path(Version(release), b"-dash\xff") == (f"{option}=-dash\udcff",)
    assert one_path(Version(release), None) == ()


@pytest.mark.parametrize("path", [b"$HOME`id`", b"in/${HOME}x", b"~", b"~root/x", b"a/$XDG_CACHE_HOME"])
def test_a_path_that_duplicity_takes_for_another_cannot_be_named(path: bytes) -> None:
    assert not can_be_named(path, {"HOME"})


@pytest.mark.parametrize("path", [b"", b"$RECYCLE.BIN/x", b"$HOMES", b"a/~", b"back~", b"$", b"$\xff", b"100 $"])
def test_a_path_that_it_takes_as_it_is_can_be_named(path: bytes) -> None:
    assert can_be_named(path, {"HOME"})
    expanded = os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111 - as duplicity does it
    assert expanded == path


@pytest.fixture(scope="module", params=REAL)
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
