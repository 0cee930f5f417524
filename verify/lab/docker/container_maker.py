"""Makes the containers, networks and volumes of one lab, and removes them again."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from docker.types import Mount
from testcontainers.community.minio import MinioContainer
from testcontainers.core.config import ConnectionMode
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy

from verify.lab.hosts.engine import client, connection
from verify.lab.hosts.engine_errors import telling
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.faulty_network import FaultyNetwork
from verify.secret import Secret

STORE_ALIAS = "store"  # the store's name in the lab's network
STORE_PORT = 9000
LINK_ALIAS = "link"  # toxiproxy's name there; it listens on the store's port
SERVER_ALIAS = "destination"  # the name there of a server of another kind than S3
TOXIPROXY_PORT = 8474
SLEEPING = ("sleep", "2147483647")  # what a container runs after its entrypoint: nothing
CONTAINER_READY_WITHIN = 60.0  # seconds that an entrypoint or a store has to get ready
ADVICE = "see `docker ps -a` and the engine's log, then run again"


class StorePower:
    """Stops and starts the store's container."""

    def __init__(self, container: DockerContainer) -> None:
        self._container = container

    @property
    def address(self) -> str:
        """Where the store serves as seen from here, as host:port."""
        return _published(self._container, STORE_PORT)

    def stop(self) -> None:
        """Stop it as a power failure would."""
        self._container.get_wrapped_container().kill()

    def start(self) -> str:
        """Start it on its old data; return its address, since another port may be published."""
        self._container.get_wrapped_container().start()
        return self.address


@dataclass(frozen=True)
class ServerContainer:
    """A container that a server is to run in; duplicity reaches it by the name `SERVER_ALIAS`."""

    id: str
    container: DockerContainer = field(repr=False)

    def start(self, argv: Sequence[str], env: Mapping[str, str], log: str) -> None:
        """Start a process that ends with the container."""
        words = ["sh", "-c", 'exec "$@" >"$0" 2>&1', log, *argv]
        self.container.get_wrapped_container().exec_run(words, environment=dict(env), detach=True)


class ContainerMaker:
    """Makes what belongs to one lab, and removes it again."""

    def __init__(self, run: LabelledRun) -> None:
        self._labels = run.labels
        self._name = f"duplicity-verify-{run.id}-{secrets.token_hex(2)}"
        self._containers: list[DockerContainer] = []
        self._volumes: list[Any] = []
        self._networks: list[Network] = []

    def network(self) -> Network:
        """Return the lab's network, made when it is first asked for."""
        if not self._networks:
            network = Network(docker_network_kw={"labels": self._labels})
            network.name = self._name
            self._networks.append(network)
            network.create()
        return self._networks[0]

    def volume(self, **options: str) -> str:
        """Make a volume with options of its driver; return its name."""
        name = f"{self._name}-{len(self._volumes)}"
        self._volumes.append(client().volumes.create(name, driver_opts=options, labels=self._labels))
        return name

    def start(self, container: DockerContainer, **options: Any) -> str:
        """Start a container in the lab's network; return its id."""
        container.with_network(self.network()).with_kwargs(labels=self._labels, **options)
        self._containers.append(container)
        return container.start().get_container_id()

    def store(self, image: str, keys: tuple[Secret, Secret]) -> tuple[StorePower, str]:
        """Start a MinIO; return what stops and starts it, and its version."""
        access, secret = (key.reveal() for key in keys)
        container = MinioContainer(image, STORE_PORT, access, secret).with_network_aliases(STORE_ALIAS)
        container.with_envs(MINIO_ROOT_USER=access, MINIO_ROOT_PASSWORD=secret, MINIO_UPDATE="off", MINIO_BROWSER="off")
        container.ports = {f"{STORE_PORT}/tcp": self._publishing()}
        ready = HttpWaitStrategy(STORE_PORT, "/minio/health/live").with_poll_interval(0.1)
        container.waiting_for(ready.with_startup_timeout(int(CONTAINER_READY_WITHIN)))
        self.start(container)
        said = container.exec(["minio", "--version"]).output.decode(errors="replace").split()
        version = said[2] if len(said) > 2 else "of unknown version"  # noqa: PLR2004 - minio version RELEASE…
        return StorePower(container), version

    def server(self, image: str) -> ServerContainer:
        """Start a container for a server of another kind than S3."""
        container = DockerContainer(image).with_command(list(SLEEPING)).with_network_aliases(SERVER_ALIAS)
        return ServerContainer(self.start(container), container)

    @contextlib.contextmanager
    def faulty_network(self, image: str) -> Iterator[FaultyNetwork]:
        """Given toxiproxy's image, give a way to the store that can be made faulty."""
        container = DockerContainer(image).with_network_aliases(LINK_ALIAS)
        container.ports = {f"{TOXIPROXY_PORT}/tcp": self._publishing()}
        with telling("toxiproxy's container did not start", ADVICE):
            self.start(container)
        network = FaultyNetwork(_published(container, TOXIPROXY_PORT), f"http://{LINK_ALIAS}:{STORE_PORT}")
        with telling("toxiproxy's container did not get ready", ADVICE):
            network.link(f"0.0.0.0:{STORE_PORT}", f"{STORE_ALIAS}:{STORE_PORT}")
        yield network

    def _publishing(self) -> Any:
        """Return where the store's port is published: where nobody but us reaches it, if that can be."""
        here = connection()
        mode = here.get_connection_mode()
        if mode is ConnectionMode.docker_host and here.host() in {"localhost", "127.0.0.1", "::1"}:
            return ("127.0.0.1",)
        if mode is ConnectionMode.gateway_ip:
            return (client().networks.get(self.network().id or "").attrs["IPAM"]["Config"][0]["Gateway"],)
        return None

    def keeper(self, image: str, mounts: Mapping[str, str]) -> str:
        """Start a container that does nothing but hold the volumes, writable."""
        container = DockerContainer(image).with_command([SLEEPING[1]])
        mounted = [_mount(path, volume) for path, volume in mounts.items()]
        return self.start(container, mounts=mounted, entrypoint=[SLEEPING[0]], user="0:0")

    def duplicity(
        self,
        image: str,
        source: str,
        mounts: Mapping[str, str],
        environment: Mapping[str, str],
        hostname: str,
    ) -> str:
        """Start the image as a job would: its own entrypoint, the source read only."""
        container = DockerContainer(image).with_command(list(SLEEPING)).with_envs(**environment)
        mounted = [_mount(path, volume, read_only=path == source) for path, volume in mounts.items()]
        return self.start(container, mounts=mounted, hostname=hostname)

    def reader(self, image: str, binds: Mapping[str, str], hostname: str) -> str:
        """Start the image with folders of the engine's machine that it can read only."""
        container = DockerContainer(image).with_command(list(SLEEPING))
        mounts = [Mount(target, source, type="bind", read_only=True) for target, source in binds.items()]
        return self.start(container, mounts=mounts, hostname=hostname)

    def remove(self) -> None:
        """Remove all that was made."""
        with telling("the lab's containers were not removed", "the next run tries again"):
            for container in reversed(self._containers):
                container.stop()
            for network in self._networks:
                network.remove()
                network._docker.client.close()  # noqa: SLF001 - Network opens it and offers no way to close it
            for volume in self._volumes:
                volume.remove(force=True)


def _published(container: DockerContainer, port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def _mount(path: str, volume: str, *, read_only: bool = False) -> Mount:
    # Without no_copy, a fresh volume starts with what the image has at that path.
    return Mount(str(PurePosixPath(path)), volume, read_only=read_only, no_copy=True)
