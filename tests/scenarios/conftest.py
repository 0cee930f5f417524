"""What the scenarios share: a MinIO that tells of each request, with a healthy backup on it."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bridge import bridge
from planting import plant
from sites import Audit, Site, opened_site

from verify.lab.hosts.runs import LabelledRun, open_run
from verify.lab.hosts.runtime import engine


@pytest.fixture(scope="session")
def run() -> Iterator[LabelledRun]:
    with open_run() as opened:
        yield opened


@pytest.fixture(params=["embedded", "docker"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Each runtime, where it makes a difference that a test has both; others ask for all that there are at once."""
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
def site(
    run: LabelledRun, audit: Audit, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A job's healthy backup at the prefix HEALTHY, and nothing else."""
    here = bridge() if engine().ok else "127.0.0.1"
    with opened_site(run, tmp_path_factory.mktemp("site"), audit, here) as made:
        plant(made)
        runtimes = ("embedded", "docker") if engine().ok else ("embedded",)
        yield replace(made, runtimes=runtimes, by_night=pytestconfig.option.profile == "nightly")
