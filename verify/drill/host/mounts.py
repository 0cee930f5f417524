"""Which of the job's mounts a drill's container gets: all read only, without the source and duplicity's folders."""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verify.job import Job, StackVolume
from verify.job.destination.schemes import scheme_of
from verify.job.stack.mounts import holds


@dataclass(frozen=True, slots=True)
class Binds:
    """Folders of this machine by where they are mounted, and what of the job's mounts is skipped."""

    by_target: Mapping[str, str]
    notes: tuple[str, ...]


def binds_of(job: Job, is_there: Callable[[str], bool] = lambda path: Path(path).exists()) -> Binds:
    """Given a job, return what its drill's container mounts: keys, settings, and where a `file://` destination lies.

    `is_there` says whether this machine has a path, and the engine can mount it.
    """
    by_target: dict[str, str] = {}
    notes: list[str] = []
    for volume in job.volumes:
        if _is_left_out(job, volume):
            continue
        if volume.type == "bind" and is_there(volume.source):
            by_target[volume.target] = volume.source
        else:
            notes.append(
                f"the mount {volume.source or 'of an anonymous volume'}:{volume.target} is not part of the drill"
            )
    folder = _destination_folder(job)
    if folder and not any(holds(target, folder) for target in by_target) and is_there(folder):
        by_target[folder] = folder
    return Binds(by_target, tuple(notes))


def _is_left_out(job: Job, volume: StackVolume) -> bool:
    ours = [path for path in (job.source, job.tempdir, job.archive_dir) if path]
    # The mount that holds the destination is needed, even if the source is below it.
    if holds(volume.target, _destination_folder(job) or "/dev/null"):
        return False
    overlaps = any(holds(volume.target, path) or holds(path, volume.target) for path in ours)
    return overlaps or volume.type == "tmpfs" or volume.source.endswith(".sock")


def _destination_folder(job: Job) -> str | None:
    if scheme_of(job.destination) != "file":
        return None
    return posixpath.normpath(f"/{job.destination.partition('://')[2].lstrip('/')}")
