"""duplicity's archive of a destination: its manifests in the clear, as far as duplicity has listed it.

Of a destination that can be looked at through duplicity only, this is all that is known: which volumes there should
be, but not how large they are.
"""

import os
import posixpath

from verify.archive.chains import UNFINISHED_IN_CHAINS, chains_of
from verify.archive.manifests import Manifest, ManifestError
from verify.archive.names import Names
from verify.archive.sets import Object, StoredSet, stored_of
from verify.archive.stakes import FULL_NOW
from verify.checks import Finding
from verify.drill.host.command import NAME
from verify.job import Job
from verify.lab.client.results import StatusResult
from verify.lab.hosts.host import Host
from verify.plurals import counted

VOLUME_SIZE = 200  # MiB: duplicity's own, where the job sets none
MIB = 1 << 20


class Archive:
    """The archive that a drill lets duplicity keep."""

    def __init__(self, host: Host, folder: str, names: Names) -> None:
        self._host, self._folder, self._names = host, posixpath.join(folder, NAME), names

    def text_of(self, manifest: str) -> bytes:
        """Given a manifest's name at the destination, return its text, empty where duplicity has not fetched it."""
        try:
            return self._host.get(posixpath.join(self._folder, manifest.removesuffix(".gpg")))
        except FileNotFoundError:
            return b""

    def leading_to(self, time: int, volume_size: int) -> list[tuple[StoredSet, Manifest]]:
        """Given a point's time, return the sets that its restore needs, with volumes of a size that is assumed."""
        try:
            files = [Object(os.fsdecode(name), size) for name, size, _ in self._host.sizes(self._folder)]
        except FileNotFoundError:
            return []
        found = []
        # No volume lies in an archive, so that no set is unfinished there: any release makes the same of it.
        for each in chains_of(stored_of(files, self._names), UNFINISHED_IN_CHAINS).leading_to(time):
            try:
                manifest = Manifest.read(self.text_of(each.manifest.name if each.manifest else ""))
            except ManifestError:
                return []
            each.volumes = {number: Object(f"{each.span} {number}", volume_size) for number in manifest.volumes}
            found.append((each, manifest))
        return found


def names_of(job: Job) -> Names:
    """Given a job, return the names that its file prefixes make."""
    return Names(
        job.option("--file-prefix") or "",
        {
            "volume": job.option("--file-prefix-archive") or "",
            "manifest": job.option("--file-prefix-manifest") or "",
            "signature": job.option("--file-prefix-signature") or "",
            "statistics": job.option("--file-prefix-jsonstat") or "",
        },
    )


def volume_size_of(job: Job) -> int:
    """Given a job, return how many bytes its volumes have at the most, about."""
    given = job.option("--volsize") or ""
    return (int(given) if given.isdigit() else VOLUME_SIZE) * MIB


def counted_findings(status: StatusResult, sets: list[tuple[StoredSet, Manifest]]) -> list[Finding]:
    """Given duplicity's status and a chain's manifests, return a finding for each set that lists too few volumes.

    duplicity counts the volumes that it lists, and says nothing where some are lost.
    """
    listed = {each.time: each.volumes for each in status.sets}
    return [
        Finding(
            "chain-complete", "", f"{counted(len(manifest.volumes), 'volume')} of {each.span}, as its manifest says",
            f"{listed.get(each.span.end, 0)} that duplicity lists", FULL_NOW,
        )
        for each, manifest in sets
        if listed.get(each.span.end, 0) < len(manifest.volumes)
    ]  # fmt: skip
