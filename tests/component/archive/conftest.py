"""What the tests of the reader share."""

from collections.abc import Iterator

import pytest

from verify.lab.hosts.host import Host, local_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = local_host(tmp_path_factory.mktemp("h"))
    yield host
    host.close()
