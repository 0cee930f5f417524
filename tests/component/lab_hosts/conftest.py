"""What the tests of hosts share: real hosts, and the reason where there is none."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.lab.hosts.host import Host, local_host
from verify.lab.hosts.runtime import engine
from verify.onsite.wipe import wipe


@pytest.fixture
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dv-") as folder:
        yield Path(folder)
        wipe(str(Path(folder) / "inner"))


@pytest.fixture
def host(scratch: Path) -> Iterator[Host]:
    host = local_host(scratch / "inner")
    yield host
    host.close()


@pytest.fixture(autouse=True)
def cache(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own: its runs are nobody else's to sweep."""
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def lab_image() -> str:
    """An image with a Python, that a lab's containers can be made of."""
    status = engine()
    if not status.ok:
        pytest.skip(status.why)
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - only if Docker is available

    for image in client().images.list("duplicity-verify/duplicity"):
        return image.tags[0]
    pytest.skip("no image duplicity-verify/duplicity is here: a run with --runtime docker builds it")


@pytest.fixture(scope="session")
def store_image(lab_image: str) -> str:
    from verify.lab.hosts.engine import client  # noqa: PLC0415 - only if Docker is available

    for image in client().images.list("duplicity-verify/minio"):
        return image.tags[0]
    pytest.skip("no image duplicity-verify/minio is here: a run with --runtime docker builds it")
