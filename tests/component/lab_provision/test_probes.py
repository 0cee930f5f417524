"""What a host's duplicity says of itself."""

import shutil
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.lab.client.probes import gpg_version, interpreter_in, interpreter_of, schemes_of, version_of
from verify.lab.client.provision import Provisioned, provision_duplicity
from verify.lab.hosts.host import Host


@pytest.mark.parametrize(
    ("head", "python"),
    [
        (b"#!/usr/bin/python3\n# -*- coding\n", "/usr/bin/python3"),
        (b"#!/usr/bin/env python3\n", "python3"),
        (b"#!/usr/bin/env -S python3.11 -E\n", "python3.11"),
        (b"#! /usr/bin/python3.14 -sP\n", "/usr/bin/python3.14"),
        (b"#!/bin/sh\n'''exec' \"/very/long/bin/python3\" \"$0\" \"$@\"\n' '''\n", "/very/long/bin/python3"),
        (b"#!/bin/sh\n'''exec' /very/long/bin/python \"$0\" \"$@\"\n' '''\n", "/very/long/bin/python"),
        (b'#!/bin/sh\nexec duplicity "$@"\n', None),
        (b"\x7fELF\x02", None),
        (b"", None),
    ],
)  # fmt: skip
def test_the_python_of_a_script_is_what_its_head_names(head: bytes, python: str | None) -> None:
    assert interpreter_in(head) == python


def test_a_provisioned_release_says_its_version(newest: Provisioned, host: Host) -> None:
    assert version_of(host, newest.command) == newest.release


@pytest.mark.parametrize("command", ["true", "/nowhere/duplicity"])
def test_what_is_no_duplicity_is_said_so(host: Host, command: str) -> None:
    with pytest.raises(CannotRunError, match=f"^`{command} --version` names no release of duplicity"):
        version_of(host, (command,))


def test_schemes_are_asked_through_a_scripts_own_python(newest: Provisioned, host: Host) -> None:
    script = newest.command[-1]
    assert interpreter_of(host, (script,)) == newest.python
    assert schemes_of(host, (script,)) == schemes_of(host, newest.command)


@pytest.mark.parametrize(
    ("release", "known", "unknown"),
    [
        ("0.8.22", {"gs", "s3", "boto3+s3", "file", "sftp", "par2"}, {"rubbish"}),
        ("1.2.3", {"boto+gs", "s3", "file"}, {"gs"}),
        ("3.2.1", {"s3", "boto3+s3", "file", "swift", "b2", "azure", "par2"}, {"gs", "boto+gs", "acd+acdcli"}),
    ],
)
def test_releases_differ_in_the_schemes_that_they_know(
    index: None, host: Host, release: str, known: set[str], unknown: set[str]
) -> None:
    schemes = schemes_of(host, provision_duplicity(release).command)
    assert schemes is not None
    assert schemes >= known
    assert not schemes & unknown


def test_schemes_are_remembered_until_a_backend_comes_or_goes(
    newest: Provisioned, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path))
    environment, real = tmp_path / "duplicity" / "a-release", Path(newest.python).parents[1]
    packages = next(real.glob("lib/python*/site-packages")).relative_to(real)
    shutil.copytree(real, environment, symlinks=True, ignore=shutil.ignore_patterns("site-packages"))
    shutil.copytree(real / packages / "duplicity", environment / packages / "duplicity")
    for path in (real / packages).iterdir():
        if path.name != "duplicity":
            (environment / packages / path.name).symlink_to(path)
    command = (str(environment / "bin" / "python"), *newest.command[1:])
    asked = schemes_of(host, command)
    assert asked
    with monkeypatch.context() as patched:
        patched.setattr(host, "run", lambda *_, **__: pytest.fail("it is asked again"))
        assert schemes_of(host, command) == asked
    new = environment / packages / "duplicity" / "backends" / "newbackend.py"
    new.write_text("import duplicity.backend\nduplicity.backend.register_backend('new', object)\n")
    assert schemes_of(host, command) == asked | {"new"}


def test_a_command_that_is_no_python_script_cannot_be_asked_for_schemes(host: Host) -> None:
    assert schemes_of(host, ("true",)) is None


def test_gpgs_version_is_found_where_there_is_gpg(host: Host) -> None:
    said = host.run(["gpg", "--version"]).stdout.decode()
    assert gpg_version(host) == (said.split()[2] if said else None)
