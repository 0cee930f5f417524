"""The live source that a backup is compared with: where it is on this machine, and the job's rules for it."""

import os
import posixpath
import stat
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from verify.drill.points.live import LivePath, total_size, walk
from verify.errors import NotProvenError
from verify.job import Job
from verify.job.options import parsed
from verify.selection import RuleError, RuleSet, parse_rules
from verify.trees.model import second_seen

_LISTS = ("--files-from", "filelist")


class LiveSource:
    """A folder of this machine that holds what the job backs up. It is only read, and may change meanwhile.

    With `copy_links` the job backs up what its symlinks lead to.
    """

    def __init__(self, folder: Path, *, copy_links: bool = False) -> None:
        self.folder, self.copy_links = folder, copy_links
        self._root = os.fsencode(folder)
        self._sizes: dict[bytes, int | None] = {}

    def __iter__(self) -> Iterator[LivePath]:
        total = 0
        for each in walk(self.folder, copy_links=self.copy_links):
            total += each.size if each.kind == "file" else 0
            yield each
        self._sizes.setdefault(b"", total or None)  # which need not be asked for again

    def below(self, path: bytes) -> Iterator[LivePath]:
        """Given a path, walk it and all below it; paths are relative to it. Raise OSError where there is none."""
        return walk(Path(os.fsdecode(self._at(path))), copy_links=self.copy_links)

    def total_size(self, path: bytes) -> int | None:
        """Given a path, return the bytes of files at and in it when first looked at; None where there were none."""
        if path not in self._sizes:
            try:
                self._sizes[path] = total_size(self._at(path)) or None
            except OSError:
                self._sizes[path] = None
        return self._sizes[path]

    def size_of(self, path: bytes, mtime: int) -> int | None:
        """Given a file's path, return its size in bytes; None where it is none, or not of that time (seconds)."""
        try:
            found = Path(os.fsdecode(self._at(path))).stat(follow_symlinks=self.copy_links)
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) and second_seen(found.st_mtime_ns) == mtime else None

    def _at(self, path: bytes) -> bytes:
        return self._root + b"/" + path if path else self._root

    @property
    def is_twin(self) -> bool:
        """Whether it looks like the folder that it is in, which matters to --files-from."""
        own, above = self.folder.stat(), self.folder.parent.stat()
        return all(
            getattr(own, name) == getattr(above, name) for name in ("st_mode", "st_uid", "st_gid")
        ) and int(own.st_mtime) == int(above.st_mtime)  # fmt: skip


def folder_of(job: Job, given: Path | None) -> Path:
    """Given a job and the folder that was named, return where this machine has the job's source.

    Without a name it is where the stack file mounts the source from, else the source's own path.
    """
    return given or _mounted_from(job) or Path(job.source)


def live_source(job: Job, given: Path | None) -> LiveSource:
    """Given a job and the folder that was named, return the live source.

    Raise `NotProvenError` where nothing lies there: then nothing can be compared with it.
    """
    folder = folder_of(job, given)
    try:
        empty = not any(folder.iterdir())
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise NotProvenError(f"the live source {folder} cannot be looked at ({why}): name it with --source") from None
    if empty:
        raise NotProvenError(
            f"the live source {folder} is empty: is what belongs there mounted? --source names another"
        )
    return LiveSource(folder.resolve(), copy_links=any(each.name == "--copy-links" for each in parsed(job.options)))


def _mounted_from(job: Job) -> Path | None:
    """Return where this machine has the job's source, by the stack file's mounts; the innermost one counts."""
    for volume in sorted(job.volumes, key=lambda each: len(each.target), reverse=True):
        below = posixpath.relpath(job.source, volume.target)
        if volume.type == "bind" and not below.startswith(".."):
            return Path(volume.source, below)
    return None


def rules_of(job: Job, source: LiveSource, release: Version) -> RuleSet:
    """Given a job, return its rules. Raise `NotProvenError` where they or their lists cannot be read here."""
    if job.unread:
        raise NotProvenError(f"not all of the job's rules can be read: {'; '.join(job.unread)}")
    lists: dict[str, bytes] = {}
    for option in parsed(job.selection_options):
        if option.value and any(word in option.name for word in _LISTS):
            lists |= _read(option.value)
    try:
        return parse_rules(job.source, job.selection_options, release, lists, twin=source.is_twin)
    except RuleError as error:
        raise NotProvenError(f"the job's rules cannot be followed here: {error.sentence}") from None


def _read(name: str) -> dict[str, bytes]:
    try:
        return {name: Path(name).read_bytes()}
    except OSError:
        return {}
