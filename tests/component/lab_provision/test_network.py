"""A network that goes wrong when told to, and a store that is stopped and started, for real."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio import Minio
from minio.error import MinioException
from packaging.version import Version
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from verify.faults import TOXICS, Toxic
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.faulty_network import MISSING, FaultyNetwork, local_network, toxiproxy_binary
from verify.lab.stores.minio import start_minio
from verify.lab.stores.s3 import S3Store


@pytest.fixture(scope="session")
def toxiproxy() -> Path:
    found = toxiproxy_binary()  # before a test has a cache of its own
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture
def store(minio: Path, run: LabelledRun) -> Iterator[S3Store]:
    with contextlib.closing(start_minio(minio, run, Version("3.2.1"))) as store:
        yield store


@pytest.fixture
def network(toxiproxy: Path, run: LabelledRun, store: S3Store) -> Iterator[FaultyNetwork]:
    with local_network(run, toxiproxy, store.address) as network:
        yield network


def answers(network: FaultyNetwork, store: S3Store) -> bool:
    """Return whether the store answers by way of the network."""
    keys = [store.new_destination().env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    access, secret = (key if isinstance(key, str) else key.reveal() for key in keys)
    pool = PoolManager(timeout=3, retries=False)
    address = network.endpoint.removeprefix("http://")
    client = Minio(address, access_key=access, secret_key=secret, secure=False, region="us-east-1", http_client=pool)
    try:
        return client.bucket_exists("backups")
    except (HTTPError, MinioException, OSError):
        return False
    finally:
        pool.clear()


def test_a_network_is_good_until_it_is_spoilt_and_after_it_is_mended(network: FaultyNetwork, store: S3Store) -> None:
    assert answers(network, store)
    network.spoil(Toxic("reset", "reset_peer", "upstream", {"timeout": 0}))
    assert not answers(network, store)
    network.mend()
    assert answers(network, store)


def test_toxiproxy_takes_every_toxic_of_ours(network: FaultyNetwork) -> None:
    for toxic in TOXICS:
        network.spoil(toxic)
    network.mend()


def test_a_toxic_that_there_is_not_is_refused(network: FaultyNetwork) -> None:
    with pytest.raises(RuntimeError, match="refused POST /proxies/store/toxics"):
        network.spoil(Toxic("x", "no such kind", "upstream", {}))


def test_a_store_that_is_stopped_and_started_has_what_it_had(store: S3Store) -> None:
    place = store.new_destination()
    place.put("kept", b"data")
    store.stop()
    assert not store.alive()
    store.start()
    assert place.read("kept") == b"data"
