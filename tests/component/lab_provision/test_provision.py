"""Releases are installed once, for real, by runs that are parallel, killed, or without network."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.lab.client.installer import TO_COMPILE, why_not
from verify.lab.client.provision import (
    Provisioned,
    is_provisioned,
    missing_packages,
    provision_duplicity,
    with_packages,
)
from verify.lab.hosts.cache import cache_dir, held, locked

PATIENCE = 60.0
PROVISION = "from verify.lab.client.provision import provision_duplicity as p; print(*p('3.2.1').command)"


def version_said(command: tuple[str, ...]) -> str:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[1]


def provisioning(**environment: str) -> "subprocess.Popen[str]":
    env = {**os.environ, **environment}
    return subprocess.Popen([sys.executable, "-c", PROVISION], env=env, text=True, stdout=subprocess.PIPE)


def wait_for(path: Path, pattern: str) -> Path:
    deadline = time.monotonic() + PATIENCE
    while not (found := list(path.glob(pattern))):
        assert time.monotonic() < deadline, f"there is no {pattern} in {path}"
        time.sleep(0.005)
    return found[0]


def test_a_release_that_is_there_is_not_installed_again(index: None, cache: Path) -> None:
    assert not is_provisioned("3.2.1")
    first = provision_duplicity("3.2.1")
    assert is_provisioned("3.2.1")
    made = Path(first.python).parent.stat().st_ino
    again = provision_duplicity("3.2.1")
    assert again == first
    assert Path(again.python).parent.stat().st_ino == made
    assert version_said(again.command) == "3.2.1"


def test_what_one_backend_needs_slows_no_other_down(index: None) -> None:
    usual = provision_duplicity()
    assert with_packages(usual, ()) == usual
    extended = with_packages(usual, ("paramiko",))
    assert extended.release == usual.release
    assert with_packages(extended, ("paramiko",)) == extended
    assert missing_packages(str(usual.release), ("paramiko",)) == []
    assert (has_paramiko(usual), has_paramiko(extended)) == (False, True)


def has_paramiko(provisioned: Provisioned) -> bool:
    looked = subprocess.run([provisioned.python, "-c", "import paramiko"], check=False, capture_output=True)
    return not looked.returncode


@pytest.mark.parametrize("release", ["0.8.18", "3.2.1"])
def test_a_program_that_starts_itself_anew_is_in_its_environment(index: None, release: str) -> None:
    program = Path(provision_duplicity(release).python).with_name("duplicity")
    assert version_said((str(program),)) == release


def test_an_installation_that_was_killed_half_way_is_begun_anew(index: None, cache: Path) -> None:
    child = provisioning()
    python = wait_for(cache, "duplicity/3.2.1-*/bin/python")
    folder = python.parent.parent
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert not (folder / ".complete").exists()
    assert not is_provisioned("3.2.1")
    assert version_said(provision_duplicity("3.2.1").command) == "3.2.1"


def test_what_a_killed_run_left_running_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with held(lock) as descriptor:
        orphan = subprocess.Popen(["sleep", "60"], pass_fds=(descriptor,))
    try:
        with lock.open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        orphan.kill()
        orphan.wait()
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_parallel_runs_share_one_installation(index: None, cache: Path) -> None:
    children = [provisioning() for _ in range(3)]
    commands = {child.communicate()[0] for child in children}
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(commands) == 1
    assert version_said(tuple(commands.pop().split())) == "3.2.1"


def test_an_interpreter_that_went_away_is_no_installation(index: None, cache: Path) -> None:
    python = Path(provision_duplicity("3.2.1").python)
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert not is_provisioned("3.2.1")
    assert version_said(provision_duplicity("3.2.1").command) == "3.2.1"


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    order = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        started.wait()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_without_network_the_sentence_says_how_to_prepare(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(CannotRunError, match=r"^duplicity 3\.2\.1 is not in the cache .*doctor --prepare.* network"):
        provision_duplicity("3.2.1")


def test_an_index_that_does_not_answer_is_no_network(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(CannotRunError, match="the package index cannot be reached"):
        provision_duplicity("3.2.1")


def test_a_release_that_nobody_made_is_said_so(index: None, cache: Path) -> None:
    with pytest.raises(CannotRunError, match=r"^the package index has no duplicity 99\.1"):
        provision_duplicity("99.1")


@pytest.mark.parametrize(
    ("release", "sentence"), [("newest", "'newest' is no release"), ("0.8.17", r"the oldest that can")]
)
def test_what_cannot_be_a_release_is_said_so(cache: Path, release: str, sentence: str) -> None:
    with pytest.raises(CannotRunError, match=sentence):
        provision_duplicity(release)


def test_without_a_compiler_the_sentence_names_the_packages(
    index: None, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("CC", "/nowhere/cc")
    with pytest.raises(CannotRunError, match="apt-get install gcc librsync-dev"):
        provision_duplicity("1.2.3")


def test_the_most_telling_line_of_a_failed_compilation_is_quoted() -> None:
    # As uv said it where librsync-dev was missing, shortened.
    said = """error: Failed to build `duplicity==1.2.3`
  cause: Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)
         duplicity/_librsyncmodule.c:28:10: fatal error: librsync.h: No such file or directory
         error: command '/usr/bin/gcc' failed with exit code 1
"""
    sentence = why_not(said, "duplicity 1.2.3", TO_COMPILE)
    assert "fatal error: librsync.h: No such file" in sentence
    assert "apt-get install gcc librsync-dev" in sentence
    assert "\n" not in sentence


def test_a_cache_that_cannot_be_made_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(CannotRunError, match="set DUPLICITY_VERIFY_CACHE"):
        cache_dir()
