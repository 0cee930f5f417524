"""The containers of the docker runtime: a store, a duplicity, and a keeper of the source.

The keeper is a second container of the same image. It mounts the source for writing, while
duplicity's mounts it read only, as a job's stack file would have it.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from testcontainers.core.container import DockerContainer

from verify.errors import CannotRunError
from verify.lab.docker.container_maker import (
    ADVICE,
    CONTAINER_READY_WITHIN,
    SLEEPING,
    STORE_ALIAS,
    STORE_PORT,
    ContainerMaker,
    ServerContainer,
    StorePower,
)
from verify.lab.hosts.engine import client
from verify.lab.hosts.engine_errors import telling
from verify.lab.hosts.host import Host, container_host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.stores.faulty_network import FaultyNetwork
from verify.lab.stores.servers import Keys, new_keys

HOSTNAME = "duplicity-verify"  # fixed: duplicity refuses to go on with a chain of another host's
SCRATCH = "/tmp/dv"  # noqa: S108 - in a container, which is nobody else's
MEMORY = "/tmp/dv-memory"  # noqa: S108 - as above: a folder in memory that both containers have
IN_MEMORY = {"type": "tmpfs", "device": "tmpfs"}  # options of the engine's own volumes


@dataclass(frozen=True, slots=True)
class DockerLab:
    """Running containers. The store's address is as seen from here, its endpoint as duplicity sees it."""

    host: Host  # where duplicity runs; the source is mounted read only
    source_host: Host  # where the source can be written
    store_address: str  # host:port
    store_endpoint: str  # a URL
    store_keys: Keys
    store_version: str
    store_power: StorePower
    container_id: str  # duplicity's
    network: Callable[
        [str], AbstractContextManager[FaultyNetwork]
    ]  # given toxiproxy's image, a way to the store that can be made faulty
    server: Callable[[str], ServerContainer]  # given an image, a container for a server of another kind than S3
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


@contextlib.contextmanager
def docker_lab(
    run: LabelledRun,
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
    maker = ContainerMaker(run)
    with ExitStack() as stack:
        stack.callback(maker.remove)
        with telling("the lab's containers did not start", ADVICE):
            keys = new_keys()
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
            maker.server,
            keeper,
            user,
        )


@contextlib.contextmanager
def docker_hosts(
    run: LabelledRun, *, image: str, binds: Mapping[str, str], hostname: str = HOSTNAME
) -> Iterator[tuple[Host, Callable[[], Host]]]:
    """Give a duplicity in a container that reaches the outside, and what opens more gateways; remove it afterwards.

    `binds` are folders of the engine's machine by where they are mounted, read only. The image's own
    entrypoint runs first, without the job's variables: it starts nothing.
    """
    run.uses_engine()
    maker = ContainerMaker(run)
    with ExitStack() as stack:
        stack.callback(maker.remove)
        with telling("the drill's container did not start", ADVICE):
            container = maker.reader(image, binds, hostname)
        host = stack.enter_context(contextlib.closing(_host(container, None)))
        yield host, lambda: stack.enter_context(contextlib.closing(container_host(container, SCRATCH)))


@contextlib.contextmanager
def sealed_container(run: LabelledRun, image: str) -> Iterator[Host]:
    """Give a container without a network; remove it afterwards. Raise `CannotRunError` if it does not start."""
    run.uses_engine()
    container = DockerContainer(image).with_command(list(SLEEPING))
    container.with_kwargs(labels=run.labels, network_mode="none")
    with ExitStack() as stack:
        stack.callback(container.stop)
        with telling("the container to boot in did not start", ADVICE):
            name = container.start().get_container_id()
        yield stack.enter_context(contextlib.closing(container_host(name, SCRATCH)))


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
    deadline = time.monotonic() + CONTAINER_READY_WITHIN
    while asleep not in (line.strip() for line in host.run(["sh", "-c", listing]).stdout.splitlines()):
        _must_run(container)
        if time.monotonic() > deadline:
            raise CannotRunError(
                "the image's entrypoint did not start the command that it was given "
                f'in {CONTAINER_READY_WITHIN:.0f} s: it has to end with exec "$@"'
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
