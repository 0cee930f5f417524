"""What the tests of provisioning and stores share: real programs, and the reason where there are none."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import uv

from verify.lab.client.provision import Provisioned, minio_binary, provision_duplicity, provision_seaweedfs
from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runs import LabelledRun, open_run


@pytest.fixture(scope="session")
def index() -> None:
    """Skips where the package index does not answer."""
    argv = [uv.find_uv_bin(), "-q", "pip", "compile", "--no-deps", "--refresh-package", "duplicity", "-"]
    asked = subprocess.run(argv, input="duplicity==3.2.1", capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip(f"the package index cannot be asked: {asked.stderr.strip()[-200:]}")


@pytest.fixture(scope="session")
def newest(index: None) -> Provisioned:
    return provision_duplicity("3.2.1")


@pytest.fixture(scope="session")
def minio() -> Path:
    return minio_binary() or pytest.skip("there is no MinIO on PATH, nor in the cache")


@pytest.fixture(scope="session")
def weed(index: None) -> Path:
    return provision_seaweedfs()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def run(cache: Path) -> Iterator[LabelledRun]:
    with open_run() as run:
        yield run


@pytest.fixture
def host(run: LabelledRun) -> Iterator[Host]:
    with contextlib.closing(local_host(run.scratch, run.marker)) as host:
        yield host
