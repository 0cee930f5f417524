import os
from collections.abc import Callable
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.lab.hosts.runtime import choose, engine

OnlyDocker = Callable[[str], None]


@pytest.fixture
def only_docker_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OnlyDocker:
    """Put one program called docker on PATH, and nothing else: what the real one says without an engine."""

    def put(script: str) -> None:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\nPATH={os.environ['PATH']}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return put


def test_embedded_is_had_for_the_asking() -> None:
    assert choose("embedded").name == "embedded"


def test_a_runtime_that_does_not_exist_cannot_run() -> None:
    with pytest.raises(CannotRunError, match="auto, docker or embedded"):
        choose("podman")


def test_without_a_docker_command_auto_is_embedded_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    choice = choose("auto")
    assert choice.name == "embedded"
    assert "no docker command" in choice.why
    with pytest.raises(CannotRunError, match="--runtime embedded"):
        choose("docker")


def test_an_engine_that_hangs_is_given_two_seconds(only_docker_is: OnlyDocker) -> None:
    only_docker_is("exec sleep 30")
    assert "did not answer" in engine().why


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("permission denied while trying to connect to the Docker daemon socket", "group docker"),
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "start it"),
        ("error during connect: connection refused", "start it"),
        ("something new", "something new"),
        ("", "it said nothing"),
    ],
)
def test_what_an_engine_refuses_becomes_a_way_out(only_docker_is: OnlyDocker, said: str, sentence: str) -> None:
    only_docker_is(f"echo '{said}' >&2; exit 1")
    status = engine()
    assert not status.ok
    assert sentence in status.why


def test_a_password_in_the_engines_address_is_not_printed(
    only_docker_is: OnlyDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://me:hidden@far:2375")
    only_docker_is("exit 1")
    assert "hidden" not in engine().why
    assert "far:2375" in engine().why


def test_an_address_where_no_engine_is_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not engine().ok:
        pytest.skip(engine().why)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert "no Docker engine runs at" in engine().why
