"""Which of the job's mounts a drill's container gets: all read only, without the source and duplicity's folders."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from verify.destinations.multi import multi_stores
from verify.errors import CannotRunError
from verify.job import Job, StackVolume
from verify.job.destination.multi import MULTI, MultiStore, read_multi
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
    for path in _destination_paths(job):
        if not any(holds(target, path) for target in by_target) and is_there(path):
            by_target[path] = path
    return Binds(by_target, tuple(notes))


def _is_left_out(job: Job, volume: StackVolume) -> bool:
    ours = [path for path in (job.source, job.tempdir, job.archive_dir) if path]
    # The mount that holds the destination is needed, even if the source is below it.
    if any(holds(volume.target, path) for path in _destination_paths(job)):
        return False
    overlaps = any(holds(volume.target, path) or holds(path, volume.target) for path in ours)
    return overlaps or volume.type == "tmpfs" or volume.source.endswith(".sock")


def stores_here(job: Job) -> Sequence[MultiStore]:
    """Given a job, return the stores behind a `multi:` destination, as far as this machine knows where to read that."""
    try:
        return multi_stores(job, partial(_read_here, job))
    except CannotRunError:
        return ()


def _read_here(job: Job, path: str) -> bytes:
    """Given a path where the job runs, return the bytes of that file here."""
    mounts = [each for each in job.volumes if each.type == "bind" and holds(each.target, path)]
    for each in mounts[-1:]:
        path = posixpath.join(each.source, posixpath.relpath(path, each.target))
    return Path(path).read_bytes()


def _destination_paths(job: Job) -> list[str]:
    """Return the folders that hold a job's backups, where they lie in folders, and what names several of them."""
    if scheme_of(job.destination) == MULTI:
        urls = [each.url for each in stores_here(job)]
        return [read_multi(job.destination).file, *(_folder(url) for url in urls if scheme_of(url) == "file")]
    return [_folder(job.destination)] if scheme_of(job.destination) == "file" else []


def _folder(url: str) -> str:
    return posixpath.normpath(f"/{url.partition('://')[2].lstrip('/')}")
