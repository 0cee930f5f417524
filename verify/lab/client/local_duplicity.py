"""The duplicity of this machine: one of ours, or the command that the user named."""

import shlex
from collections.abc import Iterable

from packaging.version import Version

from verify.destinations.needs import needs_of
from verify.lab.client.duplicity import version_of
from verify.lab.client.provision import provision_duplicity, with_packages
from verify.lab.hosts.host import Host
from verify.lab.settings import LabSettings


def local_duplicity(settings: LabSettings, host: Host, schemes: Iterable[str] = ()) -> tuple[tuple[str, ...], Version]:
    """Given settings and this machine as a host, return the command that runs duplicity, and its release.

    A duplicity of ours has what its backends for `schemes` import.
    """
    if settings.duplicity_command:
        command = tuple(shlex.split(settings.duplicity_command))
        return command, version_of(host, command)
    provisioned = provision_duplicity(settings.duplicity_release)
    for scheme in schemes:
        provisioned = with_packages(provisioned, needs_of(scheme, provisioned.release).packages)
    return provisioned.command, provisioned.release
