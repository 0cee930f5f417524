"""SeaweedFS as a lab's store on this machine, where there is no MinIO."""

import json
from pathlib import Path

from packaging.version import Version

from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.s3 import S3Store
from verify.lab.stores.servers import Command, Keys, free_port, remove_dead_sockets
from verify.lab.stores.starting import start_store, version_said_by

_SEAWEEDFS_PORTS = (
    "master",
    "master.port.grpc",
    "volume",
    "volume.port.grpc",
    "filer",
    "filer.port.grpc",
    "s3.port.grpc",
)


def start_seaweedfs(binary: Path, run: LabelledRun, release: Version) -> S3Store:
    """Given SeaweedFS's program, return a running store on this machine's loopback.

    Raise `CannotRunError` if it does not start.
    """

    def command(folder: Path, port: int, keys: Keys) -> Command:
        config = folder / "s3.json"
        config.touch(mode=0o600)
        config.write_text(_seaweedfs_identity(keys))
        ports = {name if "." in name else f"{name}.port": free_port() for name in _SEAWEEDFS_PORTS}
        options = {
            "dir": folder / "data", "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "filer": True, "s3": True,
            "s3.port": port, "s3.config": config, **ports,
            # What it would do besides: serve on fixed ports, and report its use to its makers.
            "s3.port.iceberg": 0, "s3.port.lance": 0, "master.telemetry": "false",
            "s3.localSocket": folder / "s3.sock", "filer.localSocket": folder / "filer.sock",
        }  # fmt: skip
        words = (f"-{name}" if value is True else f"-{name}={value}" for name, value in options.items())
        return Command((str(binary), "-logtostderr", "server", *words), {})

    remove_dead_sockets()
    version = version_said_by((str(binary), "version"), r"\d+\.\d+\S*")
    return start_store("SeaweedFS", version, run, command, release)


def _seaweedfs_identity(keys: Keys) -> str:
    credentials = [{"accessKey": keys[0].reveal(), "secretKey": keys[1].reveal()}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    return json.dumps({"identities": [{"name": "lab", "credentials": credentials, "actions": actions}]})
