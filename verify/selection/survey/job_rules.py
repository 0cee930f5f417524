"""From a job to its rules as duplicity would ask them, with the lists that its options name."""

import posixpath
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from packaging.version import Version

from verify.errors import CannotRunError
from verify.job import Job, cannot_begin
from verify.job.destination.urls import is_url
from verify.job.stack.mounts import holds
from verify.selection import RuleError, RuleSet, parse_rules
from verify.selection.options import read_options


class RefusedRulesError(CannotRunError):
    """Raised for a job whose rules duplicity refuses, so that it makes no backup."""


def rules_of(
    job: Job, release: Version, lists: Mapping[str, bytes], *, now: int | None = None, twin: bool = False
) -> RuleSet:
    """Given a job, a duplicity release and the lists that its options name, return the rules of its selection.

    `now` and `twin` are as for `parse_rules`. Raise `CannotRunError` where duplicity would refuse the
    rules, or OPTIONS is no option line.
    """
    if job.options_trouble:
        raise RefusedRulesError(
            f"{_where(job)}: OPTIONS: {job.options_trouble}, so it has no certain meaning: close it"
        )
    if is_url(job.source):
        raise CannotRunError(f"{_where(job)}: {next(cannot_begin(job)).hint}, for duplicity refuses a URL as SRC")
    if not job.source:
        raise CannotRunError(f"{_where(job)} has no SRC, so there is nothing to select from: write SRC=/the/folder")
    try:
        return parse_rules(job.source, job.options, release, lists, now=now, zone=_zone(job), twin=twin)
    except RuleError as error:
        raise _refused(job, release, error) from None


def _refused(job: Job, release: Version, error: RuleError) -> RefusedRulesError:
    return RefusedRulesError(
        f"{_where(job)}: duplicity {release} refuses the rules (exit code {error.exit_code}), so nothing would"
        f" be backed up. {error.sentence} Correct OPTIONS."
    )


def lists_of(job: Job, release: Version) -> Mapping[str, bytes]:
    """Given a job and a duplicity release, return the lists that the job's options name, by that name.

    They are read from this machine, where the stack file mounts them from. Raise `CannotRunError`
    where one cannot be read.
    """
    try:
        return {name: _read_list(job, name) for name in _list_names(job, release)}
    except RuleError as error:
        raise _refused(job, release, error) from None


def _list_names(job: Job, release: Version) -> Iterator[str]:
    """Given a job, yield the names of the files that its selection options read, as OPTIONS has them."""
    for option in read_options(job.options, release):
        if option.name.endswith("-stdin") or option.value == "-":
            raise CannotRunError(
                f"{_where(job)}: {option.name} reads rules from standard input, which a scheduled job has not:"
                " write them into a file"
            )
        if "filelist" in option.name or option.name == "--files-from":
            yield option.value


def _read_list(job: Job, name: str) -> bytes:
    """Given a job and a file's name as OPTIONS has it, return its bytes. Raise `CannotRunError` if it can't be read."""
    here = place_of(job, name)
    try:
        return here.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        place = "on this machine" if str(here) == name else f"as {here}, where the stack file mounts it from"
        raise CannotRunError(
            f"{_where(job)}: OPTIONS name the list {name}, which cannot be read {place} ({reason}): put it there"
        ) from None


def place_of(job: Job, name: str) -> Path:
    """Given a path as the job's container sees it, return where it is on this machine, as far as the stack tells."""
    path = posixpath.join("/", name)  # where the image's programs start
    mounts = [volume for volume in job.volumes if volume.type == "bind" and holds(volume.target, path)]
    if not mounts:
        return Path(path)
    nearest = max(mounts, key=lambda volume: len(volume.target))
    return Path(nearest.source, posixpath.relpath(path, nearest.target))


def _zone(job: Job) -> tzinfo:
    name = job.text_of("TZ") or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, as the container's C library would say by using UTC
        return ZoneInfo("UTC")


def _where(job: Job) -> str:
    return ", ".join(str(file) for file in job.env_files) or str(job.stack_file)
