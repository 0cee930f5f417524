"""The same job under a scratch folder: the embedded runtime may not touch the job's own paths."""

import posixpath
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from verify.job import options as words
from verify.job.job import Job
from verify.job.options import WrittenOption

_PATH_OPTIONS = frozenset({"--archive-dir", "--tempdir", "--log-file"})
_GLOB_OPTIONS = frozenset({"--include", "--exclude"})
_LIST_OPTIONS = frozenset({"--include-filelist", "--exclude-filelist", "--files-from"})
_COMMAND = re.compile(r"\$\(|`")
_UNFAITHFUL = {
    "--include-regexp": "a regular expression says nothing about where its paths begin",
    "--exclude-regexp": "a regular expression says nothing about where its paths begin",
    "--filter-regexp": "it makes regular expressions of the rules behind it",
    "--include-filelist": "the list's paths are in a file of the job's machine",
    "--exclude-filelist": "the list's paths are in a file of the job's machine",
    "--include-globbing-filelist": "the list's paths are in a file of the job's machine",
    "--exclude-globbing-filelist": "the list's paths are in a file of the job's machine",
    "--include-filelist-stdin": "the list comes from standard input",
    "--exclude-filelist-stdin": "the list comes from standard input",
    "--files-from": "the list's paths are in a file of the job's machine",
}


@dataclass(frozen=True, slots=True)
class Unfaithful:
    """A rule that was left out, because under a prefix it would not mean the same."""

    option: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rerooted:
    """A job under a prefix, and the rules that could not go with it."""

    job: Job
    unfaithful: tuple[Unfaithful, ...]


def reroot(job: Job, prefix: str, lists: Container[str] = ()) -> Rerooted:
    """Given a job and a scratch folder, return the job with its paths under that folder.

    `lists` are the paths of lists that lie there too, moved, so that the rules that name them can stay.

    Moved are SRC, TMPDIR, the paths of --archive-dir, --tempdir and --log-file, and include and
    exclude rules that begin with a plain folder. Rules that would mean something else there are
    left out and returned. Raise ValueError if the prefix is no absolute path free of glob characters.
    """
    prefix = prefix.rstrip("/")
    if not prefix.startswith("/") or words.is_glob(prefix):
        raise ValueError(f"no absolute path without glob characters: {prefix!r}")
    unfaithful: list[Unfaithful] = []
    moved = tuple(_options(job, prefix, lists, unfaithful))
    source, tempdir = _under(prefix, job.source), _under(prefix, job.tempdir)
    variables = MappingProxyType({**job.variables, "SRC": source, "TMPDIR": tempdir})
    new = replace(job, source=source, tempdir=tempdir, options=words.words_of(moved), variables=variables)
    return Rerooted(new, tuple(unfaithful))


def _under(prefix: str, path: str) -> str:
    if ".." in path.split("/"):  # which must not lead out of the scratch folder
        path = posixpath.normpath(f"/{path}")
    return f"{prefix}/{path.lstrip('/')}" if path else path


def _options(job: Job, prefix: str, lists: Container[str], unfaithful: list[Unfaithful]) -> Iterator[WrittenOption]:
    regexps = False
    for option in words.parsed(job.options):
        regexps = _regexps_after(option, before=regexps)
        if option.value and option.value in lists and option.name in _LIST_OPTIONS:
            yield option.with_value(_under(prefix, option.value))
        elif reason := _reason(option, regexps=regexps):
            unfaithful.append(Unfaithful(option.name, option.value or "", reason))
        elif option.value and (option.name in _PATH_OPTIONS or _moves(option, job)):
            yield option.with_value(_under(prefix, option.value))
        else:
            yield option


def _regexps_after(option: WrittenOption, *, before: bool) -> bool:
    """Return whether rules after this option are regular expressions (duplicity 3.2 has such modes)."""
    if option.name in {"--filter-globbing", "--filter-literal"}:
        return False
    return before or option.name == "--filter-regexp"


def _reason(option: WrittenOption, *, regexps: bool) -> str:
    """Given an option, return why it cannot be re-rooted, empty if it can or need not be."""
    if option.name in _UNFAITHFUL:
        return _UNFAITHFUL[option.name]
    if _COMMAND.search(option.value or ""):
        return "a command in a value runs in the image's shell only"
    if option.name not in _GLOB_OPTIONS or option.value is None:
        return ""
    return _UNFAITHFUL["--filter-regexp"] if regexps else _reason_of_glob(option.value)


def _reason_of_glob(glob: str) -> str:
    if glob.lower().startswith("ignorecase:"):
        return "the case of the scratch folder's name would be ignored as well"
    if re.match(r"[*?\[]", glob):
        return "a glob at the beginning would match inside the scratch folder's own path"
    return ""


def _moves(option: WrittenOption, job: Job) -> bool:
    """Return whether a rule moves: a relative one is an error there as here, but for a relative source."""
    value = option.value or ""
    return option.name in _GLOB_OPTIONS and (value.startswith("/") or not job.source.startswith("/"))
