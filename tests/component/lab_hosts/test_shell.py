"""What a shell says of OPTIONS, on this machine in an image's place."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from verify.job import read_job
from verify.lab.hosts.host import Host, local_host
from verify.lab.jobs.image_shell import as_in_the_image, resolved, steadied
from verify.onsite import call_notes


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    here = local_host(tmp_path / "scratch")
    yield here
    here.close()


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("--a $(echo x y)-", "--a x y-"),
        ("--a `echo x`", "--a x"),
        ("--a ${X:-y} $X ${X}", "--a y $X ${X}"),
        ("--a ${HERE:-y}", "--a there"),
        ("--a=~/x b~/c", "--a=~/x b~/c"),
        ("--a ~/x", "--a /home/me/x"),
        ("--exclude '**'", "--exclude '**'"),
    ],
)
def test_what_only_a_shell_can_replace_is_replaced(host: Host, text: str, there: str) -> None:
    assert resolved(host, text, {"HERE": "there", "HOME": "/home/me"}) == there


def test_a_job_in_its_image_has_the_words_of_its_shell_and_none_that_the_image_takes_away(
    host: Host, tmp_path: Path
) -> None:
    (tmp_path / "x.env").write_text(
        "SRC=/a\nDST=s3:///b\nOPTIONS=--gio --file-prefix $(echo x)- --exclude /a/$SUB\nSUB=b\nOPTIONS_EXTRA=-v 3\n"
    )
    job = read_job(tmp_path / "x.env", None, {})
    assert as_in_the_image(host, job, Version("3.2.1")).options == (
        "--file-prefix",
        "x-",
        "--exclude",
        "/a/b",
        "-v",
        "3",
    )
    assert as_in_the_image(host, job, Version("1.2.3")).options[0] == "--gio"


def test_a_command_that_prints_the_time_prints_the_same_each_time(host: Host, tmp_path: Path) -> None:
    options = '--log-file /l-$(date "+%Y %m").log --name `hostname` --tempdir /t-$(mktemp -u)'
    (tmp_path / "x.env").write_text(f"SRC=/a\nDST=s3:///b\nOPTIONS={options}\n")
    steady, written = steadied(host, read_job(tmp_path / "x.env", None, {}))
    once, again = (resolved(host, steady.text_of("OPTIONS"), {}) for _ in range(2))
    assert once == again
    assert set(written.values()) == {'$(date "+%Y %m")', "$(mktemp -u)"}
    assert "`hostname`" in steady.text_of("OPTIONS")


def test_a_noted_call_has_its_words_and_no_value_of_its_environment(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    words = ["full", "a b", "", "\udcff"]
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-I", "-S", call_notes.__file__, str(calls), "salt", *words],
            check=True,
            env={"PASSPHRASE": "geheim"},
        )
    one, other = map(json.loads, calls.read_text().splitlines())
    assert one == other
    assert one["words"] == words
    assert one["digests"]["PASSPHRASE"] == call_notes.digest("salt", b"geheim")
    assert "geheim" not in calls.read_text()
    assert calls.stat().st_mode & 0o777 == 0o600
