"""duplicity says of an option that it removed what we say that it says, and retention removes what we say it does."""

import shlex
import time
from pathlib import Path

import pytest

from verify.job import read_job
from verify.job.findings.detached import detached_values
from verify.job.findings.removed import IDLE, RENAMED, sentence_of
from verify.lab.client.provision import Provisioned
from verify.lab.hosts.host import Host

DAY = 86_400  # seconds


@pytest.mark.parametrize("name", [*IDLE, *RENAMED])
def test_the_sentence_is_duplicitys_own(newest: Provisioned, host: Host, name: str) -> None:
    value = ["10"] if IDLE.get(name) else []
    words = ["full", name, *value, "--no-encryption", host.scratch, f"file://{host.scratch}/never"]
    done = host.run([*newest.command, *words])
    assert sentence_of(name) in (done.stdout + done.stderr).decode()
    assert done.returncode


def test_without_a_further_full_retention_removes_nothing(newest: Provisioned, host: Host) -> None:
    folder = host.scratch_path("endless")
    source, url = f"{folder}/source", f"file://{folder}/destination"
    host.mkdir(source)
    host.put(f"{source}/a", b"1")
    own = ["--no-encryption", f"--archive-dir={folder}/archive"]

    def ran(*words: str) -> str:
        done = host.run([*newest.command, *words, *own])
        return (done.stdout + done.stderr).decode()

    now = int(time.time())
    for days in (800, 700, 1):
        ran("backup", f"--current-time={now - days * DAY}", source, url)
    assert "No old backup sets found" in ran("remove-older-than", "6M", "--force", url)
    ran("full", f"--current-time={now}", source, url)
    assert "Rerun command with --force" in ran("remove-older-than", "1s", url)
    assert "Deleting backup chain" in ran("remove-all-but-n-full", "1", "--force", url)


@pytest.mark.parametrize(
    "words",
    [
        *(("--ssh-options", "-oPort=22"), ("--gpg-options", "--compress-algo=bzip2"), ("--exclude", "-x")),
        *(("--ssh-options=-oPort=22",), ("--ssh-options", "-oPort=22 -oUser=x"), ("--volsize", "-5")),
    ],
)
def test_a_value_with_a_dash_is_refused_where_we_say_so(
    newest: Provisioned, host: Host, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "e").write_text(f"SRC=/a\nDST=file:///b\nOPTIONS={shlex.join(words)}\n")
    said = list(detached_values(read_job(tmp_path / "e", None, {}), newest.release))
    own = ["--dry-run", "--no-encryption", host.scratch, f"file://{host.scratch}/never"]
    done = host.run([*newest.command, "full", *words, *own])
    assert bool(said) == ("expected one argument" in (done.stdout + done.stderr).decode()) == bool(done.returncode)
