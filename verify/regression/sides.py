"""The two sides of a regression: the job before and after, from files or from git revisions of them."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import Job, read_job
from verify.regression.revisions import Revision, open_revision
from verify.selection.survey import lists_of

STACK_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a job: one of them, or both."""

    env_file: Path | None = None
    stack: Path | None = None

    def with_one(self, path: Path) -> "Files":
        """Given an env or a stack file, return the files with it in its place."""
        return replace(self, **{"stack" if path.suffix in STACK_SUFFIXES else "env_file": path})

    def __bool__(self) -> bool:
        return bool(self.env_file or self.stack)

    def __str__(self) -> str:
        return ", ".join(str(file) for file in (self.env_file, self.stack) if file)


@dataclass(frozen=True, slots=True)
class Side:
    """A job before or after a change.

    `label` says where it comes from, as a user types it. `files` are where it can be read now.
    `job` names its files and mounts as in the checkout, also where they are a revision's. `lists`
    holds what its options read.
    """

    label: str
    files: Files
    job: Job
    lists: Mapping[str, bytes]


@contextlib.contextmanager
def open_sides(
    before: str, after: str | None, files: Files, environment: Mapping[str, str], release: Version
) -> Iterator[tuple[Side, Side]]:
    """Given what was asked to compare, give both sides; the files of revisions are gone afterwards.

    `before` and `after` are each an env or stack file, REVISION:FILE (as git takes it), or a REVISION
    of `files`. Without `after` it is `files` as they are. An env file goes together with the stack
    file of `files`, and the reverse, both from the same revision. Raise `CannotRunError` where a side
    cannot be read, or both are the same.
    """
    with tempfile.TemporaryDirectory(prefix="duplicity-verify-sides-") as scratch:
        sources = [_source(asked, files, Path(scratch, name)) for name, asked in (("before", before), ("after", after))]
        if sources[0].identity == sources[1].identity:
            raise CannotRunError(
                f"--before and --after are the same, {sources[0].label}: nothing would be compared; name another one"
            )
        first, second = (_side(source, environment, release) for source in sources)
        yield first, second


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a side comes from: `files` on disk, and the revision that they are of, if they are."""

    label: str
    files: Files
    revision: Revision | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        if self.revision:
            inside = (file and file.relative_to(self.revision.folder) for file in self._both)
            return (self.revision.commit, *inside)
        return (None, *(file and file.resolve() for file in self._both))

    @property
    def _both(self) -> tuple[Path | None, Path | None]:
        return self.files.env_file, self.files.stack


def _source(asked: str | None, files: Files, folder: Path) -> _Source:
    if asked is None:
        _must_name_some(files, "no --after")
        return _Source(str(files), files)
    if Path(asked).is_file():
        return _Source(asked, files.with_one(Path(asked)))
    name, colon, path = asked.partition(":")
    if not colon:
        _must_name_some(files, asked)
    folder.mkdir()
    revision = open_revision(name, folder)
    wanted = files.with_one(Path(path)) if colon else files
    relative = {
        role: Path(path) if colon and file == Path(path) and not path.startswith(".") else revision.inside(file)
        for role, file in (("env_file", wanted.env_file), ("stack", wanted.stack))
        if file
    }
    label = asked if colon else f"{name}:{Files(**relative)}"
    return _Source(label, Files(**{role: revision.file(file) for role, file in relative.items()}), revision)


def _must_name_some(files: Files, what: str) -> None:
    if not files:
        raise CannotRunError(f"{what} leaves open which file is meant: give --env-file, --stack, or REVISION:FILE")


def _side(source: _Source, environment: Mapping[str, str], release: Version) -> Side:
    revision = source.revision
    try:
        job = read_job(source.files.env_file, source.files.stack, environment)
        lists = lists_of(job, release)
    except CannotRunError as error:
        if revision is None:
            raise
        raise CannotRunError(str(error).replace(f"{revision.folder}/", f"{revision.name}:")) from None
    return Side(source.label, source.files, _in_checkout(job, revision) if revision else job, lists)


def _in_checkout(job: Job, revision: Revision) -> Job:
    """Given a job that was read from a revision's files, return it as if they lay in the checkout."""

    def moved(path: str) -> str:
        inside = f"{path}/".startswith(f"{revision.folder}/")
        return f"{revision.root}{path.removeprefix(str(revision.folder))}" if inside else path

    return replace(
        job,
        env_files=tuple(Path(f"{revision.name}:{os.path.relpath(file, revision.folder)}") for file in job.env_files),
        stack_file=job.stack_file and Path(moved(str(job.stack_file))),
        volumes=tuple(replace(volume, source=moved(volume.source)) for volume in job.volumes),
    )
