"""Stores serve, tell that they died, and leave nothing."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from verify.errors import CannotRunError
from verify.lab.hosts.runs import LabelledRun, sweep
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import BUCKET, S3Store
from verify.lab.stores.seaweedfs import start_seaweedfs
from verify.lab.stores.servers import SEAWEEDFS_SOCKETS
from verify.lab.stores.starting import version_said_by

RELEASE = Version("3.2.1")
PATIENCE = 20.0
Start = Callable[[Path, LabelledRun, Version], S3Store]
STARTS: dict[str, Start] = {"minio": start_minio, "weed": start_seaweedfs}

# Starts a store, says which process it is, and waits to be killed.
START_AND_WAIT = """
import sys, time
from pathlib import Path
from packaging.version import Version
from verify.lab.hosts.runs import open_run
from verify.lab.stores.minio import start_minio
from verify.lab.stores.seaweedfs import start_seaweedfs
start = {"minio": start_minio, "weed": start_seaweedfs}[sys.argv[1]]
with open_run() as run:
    start(Path(sys.argv[2]), run, Version("3.2.1"))
    print(run.children[-1].pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=STARTS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def binary(kind: str, request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(kind))


@pytest.fixture
def store(kind: str, binary: Path, run: LabelledRun) -> S3Store:
    return STARTS[kind](binary, run, RELEASE)


def sockets() -> set[Path]:
    folder, pattern = SEAWEEDFS_SOCKETS
    return set(folder.glob(pattern))


def listening(pid: int) -> set[str]:
    """Return the addresses, in hex as the kernel has them, that a process listens on."""
    mine = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    rows = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()
    ]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine}


def test_a_store_serves_on_the_loopback_only(store: S3Store, run: LabelledRun) -> None:
    found = listening(run.children[-1].pid)
    assert found
    assert found <= {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def test_no_secret_is_in_argv_nor_in_a_repr_nor_readable_by_others(store: S3Store, run: LabelledRun) -> None:
    destination = store.new_destination()
    keys = [destination.env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    secrets = [key if isinstance(key, str) else key.reveal() for key in keys]
    argv = Path(f"/proc/{run.children[-1].pid}/cmdline").read_text()
    assert not any(secret in text for secret in secrets for text in (argv, repr(destination), repr(store)))
    for path in (run.scratch / "store").rglob("*.json"):
        if path.name == "s3.json":
            assert path.stat().st_mode & 0o077 == 0


def test_a_store_that_died_is_not_alive(store: S3Store, run: LabelledRun) -> None:
    assert store.alive()
    run.children[-1].kill()
    run.children[-1].wait()
    assert not store.alive()


def test_a_closed_store_leaves_no_process_nor_file(kind: str, binary: Path, run: LabelledRun) -> None:
    before = sockets()
    store = STARTS[kind](binary, run, RELEASE)
    store.close()
    assert run.children[-1].poll() is not None
    assert not (run.scratch / "store").exists()
    assert sockets() <= before


def test_a_store_dies_with_the_run_that_was_killed(kind: str, binary: Path, cache: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", START_AND_WAIT, kind, binary], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    with child.stdout:
        server = Path("/proc") / child.stdout.readline().strip()
    assert server.exists()
    child.send_signal(signal.SIGKILL)
    child.wait()
    deadline = time.monotonic() + PATIENCE
    while server.exists():
        assert time.monotonic() < deadline, "the store outlived its run"
        time.sleep(0.01)
    assert len(sweep()) == 1, "what it left in scratch is the next run's to remove"


def test_a_server_that_does_not_start_is_one_sentence(run: LabelledRun, tmp_path: Path) -> None:
    broken = tmp_path / "minio"
    broken.write_text("#!/bin/sh\necho out of luck $MINIO_ROOT_PASSWORD\nexit 3\n")
    broken.chmod(0o700)
    with pytest.raises(CannotRunError, match=r"^MinIO did not start on this machine \(out of luck \*\*\*\)"):
        start_minio(broken, run, RELEASE)
    assert not (run.scratch / "store").exists()


@pytest.mark.parametrize(
    ("release", "scheme"), [("0.8.18", "boto3+s3"), ("0.8.22", "boto3+s3"), ("0.8.23", "s3"), ("3.2.1", "s3")]
)
def test_a_url_is_of_the_scheme_that_is_boto3_in_the_release(
    release: str, scheme: str, minio: Path, run: LabelledRun
) -> None:
    store = start_minio(minio, run, Version(release))
    assert store.new_destination().url == f"{scheme}:///{BUCKET}/chain-1"
    store.close()


def test_a_program_is_asked_for_its_version_again_once_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    program = tmp_path / "server"

    def said() -> str:
        return version_said_by((str(program), "--version"), r"\d+\.\d+")

    for version in ("1.2", "1.30"):
        program.write_text(f"#!/bin/sh\necho asked >>{tmp_path}/asked\necho server {version}\n")
        program.chmod(0o755)
        assert (said(), said()) == (version, version)
    assert (tmp_path / "asked").read_text().split() == ["asked", "asked"]
    program.write_text("#!/bin/sh\n")
    assert said() == "of unknown version"
