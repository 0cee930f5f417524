"""The two sides of a regression: the job before and after, from files or from git revisions of them."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import READINGS, Job, Starter, read_job, read_stack
from verify.regression.revisions import Revision, open_revision
from verify.selection.survey import RefusedRulesError, lists_of, rules_of

STACK_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class SideFiles:
    """The files of a job: one of them, or both; and how they are read, where that was said."""

    env_file: Path | None = None
    stack: Path | None = None
    service: str | None = None
    started_by: Starter | None = None

    def with_one(self, path: Path) -> "SideFiles":
        """Given an env or a stack file, return the files with that one replaced."""
        return replace(self, stack=path) if path.suffix in STACK_SUFFIXES else replace(self, env_file=path)

    def each(self, way: Callable[[Path], Path]) -> "SideFiles":
        """Given what to make of a file, return the files with it made of each."""
        return replace(self, env_file=self.env_file and way(self.env_file), stack=self.stack and way(self.stack))

    def read_job(self, environment: Mapping[str, str]) -> Job:
        """Given the caller's variables, return the job of these files.

        Raise `CannotRunError` where it cannot be read.
        """
        reading = READINGS[self.started_by] if self.started_by else None
        return read_job(self.env_file, self.stack, environment, reading=reading, service=self.service)

    def __bool__(self) -> bool:
        return bool(self.env_file or self.stack)

    def __str__(self) -> str:
        return ", ".join(str(file) for file in (self.env_file, self.stack) if file)


@dataclass(frozen=True, slots=True)
class ChangeSide:
    """A job before or after a change.

    `label` says where it comes from, as a user types it. `files` are where it can be read now.
    `job` names its files and mounts as in the checkout, also where they are a revision's. `lists`
    holds what its options read.
    """

    label: str
    files: SideFiles
    job: Job
    lists: Mapping[str, bytes]
    refused: str = ""  # why duplicity refuses the job's rules, so that it made no backup
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def open_sides(
    before: str, after: str | None, files: SideFiles, environment: Mapping[str, str], release: Version
) -> Iterator[tuple[ChangeSide, ChangeSide]]:
    """Given what to compare, give both sides; files taken from revisions are removed afterwards.

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
    files: SideFiles
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


def _source(asked: str | None, files: SideFiles, folder: Path) -> _Source:
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

    def inside(file: Path) -> Path:
        return Path(path) if colon and file == Path(path) and not path.startswith(".") else revision.inside(file)

    relative = wanted.each(inside)
    label = asked if colon else f"{name}:{relative}"
    return _Source(label, relative.each(revision.file_or_ignored), revision)


def _must_name_some(files: SideFiles, what: str) -> None:
    if not files:
        raise CannotRunError(f"{what} leaves open which file is meant: give --env-file, --stack, or REVISION:FILE")


def _side(source: _Source, environment: Mapping[str, str], release: Version) -> ChangeSide:
    revision = source.revision
    lists: Mapping[str, bytes] = {}
    refused = ""
    borrowed = tuple(_borrowed(source, environment)) if revision else ()
    try:
        job = source.files.read_job(environment)
        lists = lists_of(job, release)
        rules_of(job, release, lists)
    except RefusedRulesError as error:
        refused = str(error)
    except CannotRunError as error:
        if revision is None:
            raise
        raise CannotRunError(str(error).replace(f"{revision.folder}/", f"{revision.name}:")) from None
    notes = (*job.reading_notes, *borrowed)
    return ChangeSide(
        source.label, source.files, _in_checkout(job, revision) if revision else job, lists, refused, notes
    )


def _borrowed(source: _Source, environment: Mapping[str, str]) -> Iterator[str]:
    """Take what belongs to a job and what git ignores from the checkout, and yield what to know of it.

    An env file with secrets is often kept out of git: no revision has it.
    """
    revision = cast("Revision", source.revision)
    stack = source.files.stack
    wanted = [source.files.env_file, stack and stack.with_name(".env")]
    if stack:
        with contextlib.suppress(CannotRunError):  # said where it is read
            wanted += read_stack(stack, environment, service=source.files.service).env_files
    for file in dict.fromkeys(filter(None, wanted)):
        if revision.borrow(file):
            inside = file.relative_to(revision.folder)
            yield f"git ignores {inside}, so {revision.name} does not have it: it is the working copy's on both sides"


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
