"""A host that reaches no network, to start what was restored."""

import contextlib
from collections.abc import Iterator

from verify.assets import asset
from verify.drill.contents.serving import has_postgres
from verify.errors import CannotRunError, NotProvenError
from verify.lab.hosts.host import Host
from verify.lab.hosts.runs import LabelledRun
from verify.lab.hosts.runtime import engine


@contextlib.contextmanager
def sealed_host(run: LabelledRun, here: Host, runtime: str) -> Iterator[Host]:
    """Give a container without a network that has PostgreSQL; embedded, this machine where it has one.

    On this machine a server listens on a socket of its own and nowhere else, and root gives it a network
    of its own. Raise `NotProvenError` where there is neither.
    """
    if runtime == "embedded" and has_postgres(here):
        yield here
        return
    status = engine()
    if not status.ok:
        raise NotProvenError(
            f"no PostgreSQL is installed here, and Docker is not available to run one in: {status.why}"
        )
    from verify.lab.docker.containers import sealed_container  # noqa: PLC0415 - docker takes a second to import
    from verify.lab.docker.images import postgres_image  # noqa: PLC0415 - as above

    with contextlib.ExitStack() as stack:
        try:
            image = postgres_image(asset("ci/images"))
            host = stack.enter_context(sealed_container(run, image.name))
        except CannotRunError as error:
            raise NotProvenError(f"there is no container to boot a PostgreSQL in: {error}") from error
        yield host
