"""A network that can be made faulty: toxiproxy between duplicity and the lab's store."""

import contextlib
import http.client
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from verify.errors import CannotRunError
from verify.faults import Toxic
from verify.lab.hosts.cache import cache_dir
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.servers import free_port

PROGRAM = "toxiproxy-server"
MISSING = (
    f"{PROGRAM} was not found, so nothing is proven of a faulty network: run ci/prepare-host on a machine with Go, "
    "or put the program on PATH"
)
TOXIPROXY_READY_WITHIN = 20.0  # seconds after its start
TOXIPROXY_ANSWERS_WITHIN = 10.0  # seconds, once it is ready
LINK = "store"  # what its one proxy is called there

OpenNetwork = Callable[[], AbstractContextManager["FaultyNetwork"]]


def toxiproxy_binary() -> Path | None:
    """Return the path of toxiproxy's server: the one on PATH, else the cache's, or None."""
    found = shutil.which(PROGRAM)
    cached = cache_dir() / "bin" / PROGRAM
    return Path(found) if found else cached if cached.exists() else None


class FaultyNetwork:
    """A way to the store that goes wrong when told to. `endpoint` is the store's URL as duplicity sees it there."""

    def __init__(self, address: str, endpoint: str) -> None:
        """Attach to a toxiproxy whose API is at `address` (host:port, as seen from here)."""
        self.endpoint = endpoint
        self._address = address

    def link(self, listen: str, upstream: str) -> None:
        """Wait until toxiproxy answers, and lay the way. Raise TimeoutError if it does not answer in time."""
        deadline = time.monotonic() + TOXIPROXY_READY_WITHIN
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._ask("POST", "/proxies", {"name": LINK, "listen": listen, "upstream": upstream})
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{PROGRAM} did not answer within {TOXIPROXY_READY_WITHIN:.0f} s")
            time.sleep(0.05)

    def spoil(self, toxic: Toxic) -> None:
        """Let a fault begin."""
        self._ask(
            "POST",
            f"/proxies/{LINK}/toxics",
            {"name": toxic.name, "type": toxic.kind, "stream": toxic.stream, "attributes": dict(toxic.attributes)},
        )

    def mend(self) -> None:
        """Let all faults end."""
        self._ask("POST", "/reset", None)

    def _ask(self, method: str, path: str, body: Any) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=TOXIPROXY_ANSWERS_WITHIN)
        with contextlib.closing(connection):
            connection.request(method, path, body=None if body is None else json.dumps(body))
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace")
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"toxiproxy refused {method} {path}: {said}")


@contextlib.contextmanager
def local_network(run: LabelledRun, binary: Path, store_address: str) -> Iterator[FaultyNetwork]:
    """Given toxiproxy's program and where the store is, give a way to it on this machine's loopback."""
    port, listen = free_port(), f"127.0.0.1:{free_port()}"
    folder = run.scratch / "network"
    folder.mkdir(exist_ok=True)
    argv = (str(binary), "-host", "127.0.0.1", "-port", str(port))
    child = run.start_child(argv, {"LOG_LEVEL": "error"}, folder / "toxiproxy.log")
    try:
        network = FaultyNetwork(f"127.0.0.1:{port}", f"http://{listen}")
        try:
            network.link(listen, store_address)
        except TimeoutError as error:
            raise CannotRunError(f"{error} on this machine: look at free memory, then try again") from error
        yield network
    finally:
        child.kill()
        child.wait()
