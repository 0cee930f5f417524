"""The words that duplicity gets."""

import os

import pytest
from packaging.version import Version

from verify.lab.client.command_lines import IMPATIENT, can_be_named, command_line, one_path, taken

JOB = ("--exclude", "/data/cache", "--volsize=25", "--allow-source-mismatch", "--exclude-device-files", "--name", "x")
NOW = 1_704_067_200


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
