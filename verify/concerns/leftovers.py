"""Looks for files that commands leave behind in duplicity's own folders."""

import posixpath

from verify.checks import Finding
from verify.lab.lab import Lab

# Parts of the names in an archive directory: it describes the destination, and holds no backed-up content.
OF_AN_ARCHIVE = ("manifest", "sigtar", "lockfile", "jsonstat")


def temporary_names(lab: Lab) -> frozenset[str]:
    """Return the names in the folder for temporary files, without the lab's own."""
    listed = lab.host.run(["ls", "-A", lab.sandboxed.tempdir]).stdout.decode(errors="replace").splitlines()
    return frozenset(listed) - {posixpath.basename(lab.host.scratch)}


def temporary_file_findings(lab: Lab, before: frozenset[str]) -> list[Finding]:
    """Given the names in the folder for temporary files before, return a finding for each new one."""
    added = sorted(temporary_names(lab) - before)
    return [Finding("nothing-left-over", name, "no temporary file is left behind", "left behind") for name in added]


def archive_findings(lab: Lab) -> list[Finding]:
    """Return a finding for each file in the job's archive that is neither a manifest nor a signature."""
    archive = lab.sandboxed.archive_dir
    if archive is None:
        return []
    found = lab.host.run(["find", archive, "-type", "f"]).stdout.decode(errors="replace").splitlines()
    names = sorted(posixpath.basename(path) for path in found)
    return [
        Finding(
            "nothing-left-over", name, "nothing but manifests and signatures in duplicity's archive", "another file"
        )
        for name in names
        if not any(part in name for part in OF_AN_ARCHIVE)
    ]
