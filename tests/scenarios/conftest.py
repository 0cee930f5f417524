"""What the scenarios share: a MinIO that tells of each request, with a healthy backup on it."""

import contextlib
import http.server
import ipaddress
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio.minioadmin import MinioAdmin
from planting import BUCKET, Audit, Site, client_of, plant, ready, static

from verify.lab.provision import minio_binary
from verify.lab.runs import Run, open_run
from verify.lab.runtime import engine
from verify.lab.servers import Command, Keys, serve


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with open_run() as opened:
        yield opened


def bridge() -> str:
    """Return this machine's address on the network that containers are on."""
    asked = ("docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
    subnet = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((str(ipaddress.ip_network(subnet)[2]), 9))  # sends nothing
        return str(probe.getsockname()[0])


@pytest.fixture(params=["embedded", "docker"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Each runtime that this machine can offer."""
    if request.param == "docker" and not engine().ok:
        pytest.skip(engine().why)
    return str(request.param)


@pytest.fixture(scope="session")
def audit() -> Iterator[Audit]:
    """A web server that keeps what a MinIO tells it."""
    kept = Audit()

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.entries += [json.loads(line) for line in body.splitlines() if line.strip()]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        kept.address = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(run: Run, audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A job's healthy backup at the prefix HEALTHY, and nothing else."""
    here = bridge() if engine().ok else "127.0.0.1"
    binary = minio_binary() or pytest.skip("there is no MinIO on PATH, nor in the cache")

    def command(folder: Path, port: int, keys: Keys) -> Command:
        root = {"MINIO_ROOT_USER": keys[0].reveal(), "MINIO_ROOT_PASSWORD": keys[1].reveal()}
        told = {"MINIO_AUDIT_WEBHOOK_ENABLE_test": "on", "MINIO_AUDIT_WEBHOOK_ENDPOINT_test": audit.address}
        argv = (str(binary), "server", "--quiet", "--address", f"{here}:{port}", str(folder / "data"))
        return Command(argv, {**root, **told, "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"})

    server = serve("MinIO", run, command, lambda server: ready(f"{here}:{server.port}", server))
    address, keys = f"{here}:{server.port}", server.keys
    admin = MinioAdmin(endpoint=address, credentials=static(keys), secure=False)
    with contextlib.closing(server):
        made = Site(tmp_path_factory.mktemp("site"), address, keys, client_of(address, keys), audit, admin)
        made.client.make_bucket(BUCKET)
        plant(made)
        yield made
