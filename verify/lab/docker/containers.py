"""The docker runtime's machinery: a store, a duplicity, and a keeper of the source, in containers.

The keeper is a second container of the same image. It mounts the source for writing, while
duplicity's mounts it read only, as a job's stack file would have it.
"""

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from docker.types import Mount
from testcontainers.community.minio import MinioContainer
from testcontainers.core.config import ConnectionMode
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HttpWaitStrategy

from verify.errors import CannotRunError
from verify.lab.hosts.engine import client, connection
from verify.lab.hosts.engine_errors import telling
from verify.lab.hosts.host import Host, container_host
from verify.lab.hosts.runs import Run
from verify.lab.stores.faulty_network import Network as FaultyNetwork
from verify.secret import Secret

STORE_ALIAS = "store"  # the store's name in the lab's network
STORE_PORT = 9000
LINK_ALIAS = "link"  # toxiproxy's name there; it listens on the store's port
TOXIPROXY_PORT = 8474
HOSTNAME = "duplicity-verify"  # fixed: duplicity refuses to go on with a chain of another host's
SLEEPING = ("sleep", "2147483647")  # what a container runs after its entrypoint: nothing
SCRATCH = "/tmp/dv"  # noqa: S108 - in a container, which is nobody else's
MEMORY = "/tmp/dv-memory"  # noqa: S108 - as above: a folder in memory that both containers have
IN_MEMORY = {"type": "tmpfs", "device": "tmpfs"}  # options of the engine's own volumes
PATIENCE = 60.0  # seconds that an entrypoint or a store has to get ready
ADVICE = "see `docker ps -a` and the engine's log, then run again"


@dataclass(frozen=True, slots=True)
class DockerLab:
    """Running containers. The store's address is as seen from here, its endpoint as duplicity sees it."""

    host: Host  # where duplicity runs; the source is mounted read only
    source_host: Host  # where the source can be written
    store_address: str  # host:port
    store_endpoint: str  # a URL
    store_keys: tuple[Secret, Secret]
    store_version: str
    store_power: "StorePower"
    container_id: str  # duplicity's
    network: Callable[
        [str], AbstractContextManager[FaultyNetwork]
    ]  # given toxiproxy's image, a way to the store that can be made faulty
    keeper_id: str
    user: str | None

    @contextlib.contextmanager
    def more_hosts(self, name: str) -> Iterator[tuple[Host, Host]]:
        """Given a name for their scratch, give both hosts once more, in the same containers."""
        scratch = f"{MEMORY}/{name}"
        with (
            contextlib.closing(container_host(self.keeper_id, scratch, "0:0")) as source_host,
            contextlib.closing(container_host(self.container_id, scratch, self.user)) as host,
        ):
            yield host, source_host


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


@contextlib.contextmanager
def docker_lab(
    run: Run,
    *,
    image: str,
    store_image: str,
    source: str,
    volumes: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    hostname: str = HOSTNAME,
    user: str | None = None,
) -> Iterator[DockerLab]:
    """Give a store and a duplicity in containers on a network of their own; remove them afterwards.

    `source` is where the source's volume is mounted, `volumes` where others are, e.g. `/archive`.
    The image's own entrypoint runs first, with `environment`, which holds no secret. `user` is whom
    commands run as; the image's own unless given. Raise `CannotRunError` if it does not start.
    """
    run.uses_engine()
    maker = _Maker(run)
    with ExitStack() as stack:
        stack.callback(maker.remove)
        with telling("the lab's containers did not start", ADVICE):
            keys = (Secret(secrets.token_hex(10)), Secret(secrets.token_hex(20)))
            power, version = maker.store(store_image, keys)
            mounts = {path: maker.volume() for path in dict.fromkeys((source, *volumes))}
            mounts[MEMORY] = maker.volume(**IN_MEMORY)
            keeper = maker.keeper(image, mounts)
            container = maker.duplicity(image, source, mounts, environment or {}, hostname)
        source_host = stack.enter_context(contextlib.closing(container_host(keeper, SCRATCH, "0:0")))
        host = stack.enter_context(contextlib.closing(_host(container, user)))
        endpoint = f"http://{STORE_ALIAS}:{STORE_PORT}"
        yield DockerLab(
            host,
            source_host,
            power.address,
            endpoint,
            keys,
            version,
            power,
            container,
            maker.faulty_network,
            keeper,
            user,
        )


@contextlib.contextmanager
def docker_hosts(
    run: Run, *, image: str, binds: Mapping[str, str], hostname: str = HOSTNAME
) -> Iterator[tuple[Host, Host, Host]]:
    """Give a duplicity in a container that reaches the outside, by three gateways; remove it afterwards.

    `binds` are folders of the engine's machine by where they are mounted, read only. The image's own
    entrypoint runs first, without the job's variables: it starts nothing.
    """
    run.uses_engine()
    maker = _Maker(run)
    with ExitStack() as stack:
        stack.callback(maker.remove)
        with telling("the drill's container did not start", ADVICE):
            container = maker.reader(image, binds, hostname)
        host = stack.enter_context(contextlib.closing(_host(container, None)))
        observer = stack.enter_context(contextlib.closing(container_host(container, SCRATCH)))
        yield host, observer, stack.enter_context(contextlib.closing(container_host(container, SCRATCH)))


@contextlib.contextmanager
def sealed_container(run: Run, image: str) -> Iterator[Host]:
    """Give a container without a network; remove it afterwards. Raise `CannotRunError` if it does not start."""
    run.uses_engine()
    container = DockerContainer(image).with_command(list(SLEEPING))
    container.with_kwargs(labels=run.labels, network_mode="none")
    with ExitStack() as stack:
        stack.callback(container.stop)
        with telling("the container to boot in did not start", ADVICE):
            name = container.start().get_container_id()
        yield stack.enter_context(contextlib.closing(container_host(name, SCRATCH)))


class _Maker:
    """Makes what belongs to one lab, and removes it again."""

    def __init__(self, run: Run) -> None:
        self._labels = run.labels
        self._name = f"duplicity-verify-{run.id}-{secrets.token_hex(2)}"
        self._containers: list[DockerContainer] = []
        self._volumes: list[Any] = []
        self._networks: list[Network] = []

    def network(self) -> Network:
        if not self._networks:
            network = Network(docker_network_kw={"labels": self._labels})
            network.name = self._name
            self._networks.append(network)
            network.create()
        return self._networks[0]

    def volume(self, **options: str) -> str:
        name = f"{self._name}-{len(self._volumes)}"
        self._volumes.append(client().volumes.create(name, driver_opts=options, labels=self._labels))
        return name

    def start(self, container: DockerContainer, **options: Any) -> str:
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
        container.waiting_for(ready.with_startup_timeout(int(PATIENCE)))
        self.start(container)
        said = container.exec(["minio", "--version"]).output.decode(errors="replace").split()
        version = said[2] if len(said) > 2 else "of unknown version"  # noqa: PLR2004 - minio version RELEASE…
        return StorePower(container), version

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


def _host(container: str, user: str | None) -> Host:
    """Return a container as a host, once its entrypoint has run."""
    try:
        host = container_host(container, SCRATCH, user)
    except CannotRunError:
        _must_run(container)
        raise
    try:
        _await_entrypoint(host, container)
    except BaseException:
        host.close()
        raise
    return host


def _await_entrypoint(host: Host, container: str) -> None:
    listing = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null"
    asleep = " ".join(SLEEPING).encode()
    deadline = time.monotonic() + PATIENCE
    while asleep not in (line.strip() for line in host.run(["sh", "-c", listing]).stdout.splitlines()):
        _must_run(container)
        if time.monotonic() > deadline:
            raise CannotRunError(
                f"the image's entrypoint did not start the command that it was given in {PATIENCE:.0f} s: "
                'it has to end with exec "$@"'
            )
        time.sleep(0.05)


def _must_run(container: str) -> None:
    found = client().containers.get(container)
    if found.status != "running":
        lines = found.logs(tail=3).decode(errors="replace").strip().splitlines() or ["it said nothing"]
        code = found.attrs["State"]["ExitCode"]
        raise CannotRunError(
            f"the container of {found.attrs['Config']['Image']} ended with exit code {code} ({lines[-1]}): "
            "see what its entrypoint makes of the job's environment"
        )
