"""MinIO as a lab's store on this machine."""

from pathlib import Path

from packaging.version import Version

from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.servers import Command, Keys
from verify.lab.stores.starting import start_store, version_said_by


def start_minio(binary: Path, run: LabelledRun, release: Version) -> S3Store:
    """Given MinIO's program, return a running store on this machine's loopback.

    Raise `CannotRunError` if it does not start.
    """

    def command(folder: Path, port: int, keys: Keys) -> Command:
        root = {"MINIO_ROOT_USER": keys[0].reveal(), "MINIO_ROOT_PASSWORD": keys[1].reveal()}
        argv = (str(binary), "server", "--quiet", "--address", f"127.0.0.1:{port}", str(folder / "data"))
        return Command(argv, {**root, "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"})

    version = version_said_by((str(binary), "--version"), r"(RELEASE|DEVELOPMENT)\.\S+")
    return start_store("MinIO", version, run, command, release)
