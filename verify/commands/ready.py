"""Making the duplicity of a run ready before the run begins: what cannot be had is one sentence."""

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from verify import progress
from verify.commands.parsers import JSON, TABLE

if TYPE_CHECKING:
    from verify.lab.hosts.runtime import RuntimeChoice


def make_ready(options: argparse.Namespace, runtime: "RuntimeChoice") -> None:
    """Given the options and the runtime of a run, install or build its duplicity, unless the cache has it.

    Raise `CannotRunError` where it cannot be had, or a program that was named is no duplicity.
    """
    if options.duplicity_command:
        if runtime.name == "embedded":
            _ask(options.duplicity_command)
        return
    with told_on(stream_of(options), quiet=options.quiet):
        if runtime.name == "embedded":
            _install(options.duplicity_release)
        else:
            _build(options.duplicity_image, options.duplicity_release)


def stream_of(options: argparse.Namespace) -> TextIO:
    """Given the options, return the stream on which the run is told."""
    return sys.stderr if options.form in (JSON, TABLE) else sys.stdout


@contextlib.contextmanager
def told_on(stream: TextIO, *, quiet: bool) -> Iterator[None]:
    """Tell on a stream what takes long, a line each, unless all is to be quiet."""

    def tell(step: str) -> None:
        stream.write(f"{step} …\n")
        stream.flush()

    with contextlib.nullcontext() if quiet else progress.heard_by(tell):
        yield


def _ask(command: str) -> None:
    from verify.lab.client.duplicity import version_of  # noqa: PLC0415 - after --help and --version
    from verify.lab.hosts.host import local_host  # noqa: PLC0415 - as above
    from verify.lab.hosts.runs import open_run  # noqa: PLC0415 - as above

    with open_run() as run, contextlib.closing(local_host(run.scratch / "here", run.marker)) as host:
        version_of(host, tuple(shlex.split(command)))


def _install(release: str | None) -> None:
    from verify.lab.client.provision import provision_duplicity  # noqa: PLC0415 - after --help and --version
    from verify.lab.settings import DEFAULT_RELEASE  # noqa: PLC0415 - as above

    provision_duplicity(release or DEFAULT_RELEASE)


def _build(image: str | None, release: str | None) -> None:
    from verify.assets import asset  # noqa: PLC0415 - as above
    from verify.lab.client.provision import must_be_released  # noqa: PLC0415 - as above
    from verify.lab.docker.images import dialect_of, duplicity_image  # noqa: PLC0415 - imports docker
    from verify.lab.settings import DEFAULT_RELEASE  # noqa: PLC0415 - as above

    wanted = release or DEFAULT_RELEASE
    if not image:
        must_be_released(wanted)
    duplicity_image(image, asset("ci/images"), wanted, dialect_of(wanted))
