"""A server of another kind than S3, in a container of a lab's network."""

import contextlib
import time
from collections.abc import Iterator

from verify.errors import CannotRunError
from verify.lab.docker.container_maker import ADVICE, SERVER_ALIAS
from verify.lab.docker.containers import SCRATCH, DockerLab
from verify.lab.hosts.engine_errors import telling
from verify.lab.hosts.host import Host, container_host
from verify.lab.stores.kinds import SERVERS
from verify.lab.stores.s3 import SERVER_READY_WITHIN
from verify.lab.stores.servers import new_keys
from verify.lab.stores.serving import Serving
from verify.lab.stores.starting import version_in
from verify.lab.stores.store import Store

PORT = 2222
EVERYWHERE = "0.0.0.0"  # noqa: S104 - in a container, on a network of the lab's own
_LISTENS = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"


class _InContainer:
    """A server in a container: it ends with that."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def running(self) -> bool:
        """Return whether it listens."""
        return not self._host.run(["python3", "-c", _LISTENS, "127.0.0.1", str(PORT)]).returncode

    def close(self) -> None:
        """Leave it to the container's end."""


@contextlib.contextmanager
def served_in_container(kind: str, lab: DockerLab, image: str) -> Iterator[Store]:
    """Give a kind of destination as a store, in a container of an image that has the servers.

    Raise `CannotRunError` if it does not start.
    """
    recipe = SERVERS[kind]
    if recipe.prepare is None:  # duplicity reads the folder itself
        root = lab.host.scratch_path("served")
        lab.host.mkdir(root)
        said = lab.host.run(recipe.says)
        serving = _serving(lab.host, lab.host, root)
        yield recipe.store(kind, version_in(said.stdout + said.stderr), serving, None)
        return
    with telling("the server's container did not start", ADVICE):
        container = lab.server(image)
    with contextlib.closing(container_host(container.id, SCRATCH, "0:0")) as host:
        serving = _serving(host, lab.host, f"{SCRATCH}/data")
        host.mkdir(serving.root)
        wanted = recipe.prepare(serving)
        log = f"{SCRATCH}/server.log"
        container.start(wanted.argv, wanted.env, log)
        server = _InContainer(host)
        deadline = time.monotonic() + SERVER_READY_WITHIN
        while not server.running():
            if time.monotonic() > deadline:
                said_last = host.get(log).decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
                raise CannotRunError(f"{recipe.name} did not start in a container ({said_last[0]}): {ADVICE}")
            time.sleep(0.05)
        asked = host.run(recipe.says)
        yield recipe.store(kind, version_in(asked.stdout + asked.stderr), serving, server)


def _serving(host: Host, client: Host, root: str) -> Serving:
    return Serving(
        host=host, client=client, installed="python3", folder=SCRATCH, root=root,
        listen=EVERYWHERE, address=SERVER_ALIAS, port=PORT, keys=new_keys(),
    )  # fmt: skip
