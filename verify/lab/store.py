"""Stores: S3 servers of a lab's own, and the destinations that they offer."""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException
from packaging.version import Version

from verify.errors import CannotRunError
from verify.lab.processes import end
from verify.lab.runs import Run
from verify.secret import Secret

BUCKET = "backups"
LOOPBACK = "127.0.0.1"
READY_WITHIN = 30.0  # seconds that a server has to answer after its start
ATTEMPTS = 3  # another program may take a port between our look and the server's start
BOTO3_IS_S3 = Version("0.8.23")  # older releases mean boto 2 by s3://, which knows no endpoint


@dataclass(frozen=True)
class Destination:
    """A place in a store for one chain: what duplicity needs to reach it."""

    url: str
    options: tuple[str, ...]
    env: Mapping[str, str | Secret] = field(repr=False)
    prefix: str


@dataclass(frozen=True)
class StoredObject:
    """An object of a destination; `name` without the destination's prefix, `size` in bytes."""

    name: str
    size: int


class Store:
    """A running S3 server with one bucket; every chain gets a prefix of its own."""

    def __init__(
        self, name: str, version: str, *, address: str, keys: tuple[Secret, Secret], endpoint: str | None = None,
        release: Version, close: Callable[[], None],
    ) -> None:  # fmt: skip
        """Attach to a server at `address` (host:port, as seen from here); duplicity sees it at `endpoint`."""
        self.name = name
        self.version = version
        self._keys = keys
        self._endpoint = endpoint or f"http://{address}"
        self._scheme = "s3" if release >= BOTO3_IS_S3 else "boto3+s3"
        self._close = close
        self._numbers = count(1)
        self._pool = urllib3.PoolManager(timeout=10, retries=False)
        self.client = Minio(
            address, access_key=keys[0].reveal(), secret_key=keys[1].reveal(), secure=False,
            region="us-east-1", http_client=self._pool,
        )  # fmt: skip

    def make_ready(self, alive: Callable[[], bool]) -> None:
        """Wait until the server answers, and make the bucket. Raise TimeoutError if it does not in time."""
        deadline = time.monotonic() + READY_WITHIN
        while True:
            with contextlib.suppress(urllib3.exceptions.HTTPError, MinioException, OSError):
                if not self.client.bucket_exists(BUCKET):
                    self.client.make_bucket(BUCKET)
                return
            if time.monotonic() > deadline or not alive():
                raise TimeoutError(f"{self.name} did not answer within {READY_WITHIN:.0f} s")
            time.sleep(0.05)

    def new_prefix(self) -> Destination:
        """Return a destination that nothing else uses."""
        prefix = f"chain-{next(self._numbers)}"
        return Destination(
            url=f"{self._scheme}:///{BUCKET}/{prefix}",
            options=(f"--s3-endpoint-url={self._endpoint}",),
            env={
                "AWS_ACCESS_KEY_ID": self._keys[0],
                "AWS_SECRET_ACCESS_KEY": self._keys[1],
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
                "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            },
            prefix=prefix,
        )

    def objects(self, destination: Destination) -> list[StoredObject]:
        """Return the objects at a destination, in the order of their names."""
        start = f"{destination.prefix}/"
        listed = self.client.list_objects(BUCKET, prefix=start, recursive=True)
        return [StoredObject((each.object_name or "").removeprefix(start), each.size or 0) for each in listed]

    def read(self, destination: Destination, name: str) -> bytes:
        """Return an object's bytes."""
        response = self.client.get_object(BUCKET, f"{destination.prefix}/{name}")
        try:
            return bytes(response.data)
        finally:
            response.close()
            response.release_conn()

    def alive(self) -> bool:
        """Return whether the server answers."""
        try:
            self.client.bucket_exists(BUCKET)
        except (urllib3.exceptions.HTTPError, MinioException, OSError):
            return False
        return True

    def close(self) -> None:
        """End the server; nothing of it is left."""
        self._pool.clear()
        self._close()


def start_minio(binary: Path, run: Run, release: Version) -> Store:
    """Given MinIO's program, return a running store on this machine's loopback."""

    def command(port: int, keys: tuple[Secret, Secret]) -> tuple[list[str], dict[str, str]]:
        env = {
            "MINIO_ROOT_USER": keys[0].reveal(),
            "MINIO_ROOT_PASSWORD": keys[1].reveal(),
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }
        return [
            str(binary),
            "server",
            "--quiet",
            "--address",
            f"{LOOPBACK}:{port}",
            str(run.scratch / "store" / "data"),
        ], env

    said = subprocess.run([str(binary), "--version"], check=False, capture_output=True, text=True).stdout
    found = re.search(r"(RELEASE|DEVELOPMENT)\.\S+", said)
    return _started("MinIO", found[0] if found else "of unknown version", run, command, release)


def start_seaweedfs(binary: Path, run: Run, release: Version) -> Store:
    """Given SeaweedFS's program, return a running store on this machine's loopback."""

    def command(port: int, keys: tuple[Secret, Secret]) -> tuple[list[str], dict[str, str]]:
        config = run.scratch / "store" / "s3.json"
        credentials = [{"accessKey": keys[0].reveal(), "secretKey": keys[1].reveal()}]
        identity = {
            "name": "lab",
            "credentials": credentials,
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        config.touch(mode=0o600)
        config.write_text(json.dumps({"identities": [identity]}))
        ports = {
            f"-{part}": str(_free_port())
            for part in (
                "master.port",
                "master.port.grpc",
                "volume.port",
                "volume.port.grpc",
                "filer.port",
                "filer.port.grpc",
                "s3.port.grpc",
            )
        }
        words = [
            str(binary),
            "server",
            f"-dir={config.with_name('data')}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            "-filer",
            "-s3",
        ]
        return [
            *words,
            f"-s3.port={port}",
            f"-s3.config={config}",
            *(f"{k}={v}" for k, v in ports.items()),
        ], {}

    said = subprocess.run([str(binary), "version"], check=False, capture_output=True, text=True).stdout
    found = re.search(r"\d+\.\d+\S*", said)
    return _started("SeaweedFS", found[0] if found else "of unknown version", run, command, release)


def new_keys() -> tuple[Secret, Secret]:
    """Return a random access key and secret key."""
    return Secret(secrets.token_hex(10)), Secret(secrets.token_hex(20))


Command = Callable[[int, tuple[Secret, Secret]], tuple[list[str], dict[str, str]]]


def _started(name: str, version: str, run: Run, command: Command, release: Version) -> Store:
    folder = run.scratch / "store"
    for _ in range(ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "data").mkdir(parents=True)
        port, keys = _free_port(), new_keys()
        argv, env = command(port, keys)
        child = run.start_child(argv, {"PATH": os.defpath, "HOME": str(folder), **env}, folder / "server.log")
        close = partial(_end, child, folder)
        store = Store(name, version, address=f"{LOOPBACK}:{port}", keys=keys, release=release, close=close)
        if _is_ready(store, child):
            return store
        last = (folder / "server.log").read_text(errors="replace").strip().splitlines()[-1:]
        store.close()
    why = last[0] if last else "it said nothing"
    raise CannotRunError(f"{name} did not start ({why}): see whether {argv[0]} runs by hand on this machine")


def _is_ready(store: Store, child: "subprocess.Popen[bytes]") -> bool:
    try:
        store.make_ready(lambda: child.poll() is None)
    except TimeoutError:
        return False
    return True


def _end(child: "subprocess.Popen[bytes]", folder: Path) -> None:
    end(child)
    shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
