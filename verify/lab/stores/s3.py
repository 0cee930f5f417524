"""An S3 server of the lab's own with one bucket, and the destinations that it offers."""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import MinioException
from packaging.version import Version

from verify.job.destination.addresses import is_by_boto
from verify.lab.stores.destination import Destination, StoredObject
from verify.lab.stores.servers import Keys
from verify.lab.stores.store import Store

BUCKET = "backups"
SERVER_READY_WITHIN = 30.0  # seconds after its start
SERVER_ANSWERS_WITHIN = 10.0  # seconds, once it is ready

_DOWN = (urllib3.exceptions.HTTPError, MinioException, OSError)


class Power(Protocol):
    """What stops a server at once, and starts it again on its old data."""

    def stop(self) -> None:
        """Stop it."""

    def start(self) -> str:
        """Start it; return its address, which may be another."""


class S3Store(Store):
    """A running S3 server with one bucket; every chain gets a prefix of its own."""

    def __init__(
        self, name: str, version: str, *, address: str, keys: Keys, endpoint: str | None = None,
        release: Version, close: Callable[[], None], power: Power | None = None,
    ) -> None:  # fmt: skip
        """Attach to a server at `address` (host:port, as seen from here); duplicity sees it at `endpoint`.

        Without `power`, it cannot be stopped and started.
        """
        super().__init__("s3", name, version)
        self._keys = keys
        self._endpoint = endpoint or f"http://{address}"
        self._scheme = "boto3+s3" if is_by_boto("s3", release) else "s3"  # boto 2 knows no endpoint
        self._close = close
        self._power = power
        self._pool = urllib3.PoolManager(timeout=SERVER_ANSWERS_WITHIN, retries=False)
        self._attach(address)

    def _attach(self, address: str) -> None:
        self.address = address
        self.client = Minio(
            address, access_key=self._keys[0].reveal(), secret_key=self._keys[1].reveal(), secure=False,
            region="us-east-1", http_client=self._pool,
        )  # fmt: skip

    @property
    def endpoint(self) -> str:
        """The server's URL, as duplicity sees it."""
        return self._endpoint

    def stop(self) -> None:
        """Stop the server as a power failure would. Raise RuntimeError if it cannot be."""
        self._must_have_power().stop()

    def start(self) -> None:
        """Start the stopped server on its old data, in the main thread, and wait until it answers."""
        self._attach(self._must_have_power().start())
        self.make_ready(lambda: True)

    def _must_have_power(self) -> Power:
        if self._power is None:
            raise RuntimeError(f"{self.name} was not started by this lab, so it cannot be stopped")
        return self._power

    def make_ready(self, alive: Callable[[], bool]) -> None:
        """Wait until the server answers, and make the bucket. Raise TimeoutError if it does not in time."""
        deadline = time.monotonic() + SERVER_READY_WITHIN
        while True:
            with contextlib.suppress(*_DOWN):
                if not self.client.bucket_exists(BUCKET):
                    self.client.make_bucket(BUCKET)
                return
            if time.monotonic() > deadline or not alive():
                raise TimeoutError(f"{self.name} did not answer within {SERVER_READY_WITHIN:.0f} s")
            time.sleep(0.05)

    def destination(self, name: str) -> "Prefix":
        """Return the prefix of that name."""
        return Prefix(
            url=f"{self._scheme}:///{BUCKET}/{name}",
            options=(f"--s3-endpoint-url={self._endpoint}",),
            env={
                "AWS_ACCESS_KEY_ID": self._keys[0],
                "AWS_SECRET_ACCESS_KEY": self._keys[1],
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
                "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            },
            store=self,
            name=name,
        )

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Where a request fails, raise `CannotRunError` if the server does not answer any more."""
        try:
            yield
        except _DOWN:
            self.must_be_alive()
            raise

    def alive(self) -> bool:
        """Return whether the server answers."""
        try:
            self.client.bucket_exists(BUCKET)
        except _DOWN:
            return False
        return True

    def everything(self) -> list[str]:
        """Return a line for each bucket and each object."""
        with self.answering():
            return [
                line
                for bucket in self.client.list_buckets()
                for line in (
                    bucket.name,
                    *(
                        f"{bucket.name}/{o.object_name} {o.etag}"
                        for o in self.client.list_objects(bucket.name, recursive=True)
                    ),
                )
            ]

    def close(self) -> None:
        """End the server; nothing of it is left."""
        self._pool.clear()
        self._close()


@dataclass(frozen=True, kw_only=True)
class Prefix(Destination):
    """A prefix of a store's bucket."""

    store: S3Store = field(repr=False)
    name: str

    def objects(self) -> list[StoredObject]:
        """Return the objects below the prefix, by their names without it."""
        start = f"{self.name}/"
        with self.store.answering():
            listed = list(self.store.client.list_objects(BUCKET, prefix=start, recursive=True))
        return [
            StoredObject(
                (each.object_name or "").removeprefix(start),
                each.size or 0,
                each.last_modified.timestamp() if each.last_modified else 0.0,
            )
            for each in listed
        ]

    def read(self, name: str) -> bytes:
        """Return an object's bytes."""
        with self.store.answering():
            response = self.store.client.get_object(BUCKET, f"{self.name}/{name}")
            try:
                return bytes(response.data)
            finally:
                response.close()
                response.release_conn()

    def put(self, name: str, data: bytes) -> None:
        """Write an object, or overwrite it."""
        with self.store.answering():
            self.store.client.put_object(BUCKET, f"{self.name}/{name}", io.BytesIO(data), len(data))

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self.store.answering():
            self.store.client.remove_object(BUCKET, f"{self.name}/{name}")

    def copied(self) -> "Prefix":
        """Copy the objects to a new prefix, and return that."""
        copy = self.store.destination(self.store.new_name())
        for stored in self.objects():
            source = CopySource(BUCKET, f"{self.name}/{stored.name}")
            with self.store.answering():
                self.store.client.copy_object(BUCKET, f"{copy.name}/{stored.name}", source)
        return copy
