"""The files of patterns that a job names: found on this machine, and moved under a scratch folder."""

import contextlib
import posixpath
from collections.abc import Mapping

from verify.job import Job
from verify.job.options import parsed
from verify.lab.hosts.host import Host
from verify.selection import RuleError
from verify.selection.filelists import Line, lines_of, text_of
from verify.selection.survey.job_rules import place_of

LISTS = frozenset({"--include-filelist", "--exclude-filelist", "--files-from"})


def lists_here(job: Job) -> dict[str, bytes]:
    """Given a job, return the bytes of the lists that it names, by the paths it names them by.

    What is not where the stack file mounts it from is left out, and what lies in the source, which a
    lab fills with its own.
    """
    named = [option.value for option in parsed(job.options) if option.name in LISTS and option.value]
    found = {}
    for path in named:
        if not path.startswith(f"{job.source.rstrip('/')}/"):
            with contextlib.suppress(OSError):
                found[path] = place_of(job, path).read_bytes()
    return found


def put_lists(host: Host, lists: Mapping[str, bytes]) -> None:
    """Put lists on a host where the job names them; one that cannot be put there is left out."""
    for path, data in lists.items():
        with contextlib.suppress(OSError):
            host.mkdir(posixpath.dirname(path))
            host.put(path, data, 0o644)


def moved_lists(job: Job, lists: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    """Given lists and the folder that the job is moved under, return those that mean the same there, moved too."""
    nul = "--null-separator" in job.options
    regexps = "--filter-regexp" in job.options
    found = {}
    for option in parsed(job.options):
        path = option.value or ""
        if option.name == "--files-from" and path in lists:
            found[path] = lists[path]  # its paths are relative to the source
        elif option.name in LISTS and path in lists and not regexps:
            with contextlib.suppress(RuleError):
                include = option.name.startswith("--include")
                lines = list(lines_of(text_of(path, lists[path]), "\0" if nul else "\n", include=include))
                if all(line.pattern.startswith("/") for line in lines):
                    found[path] = ("\0" if nul else "\n").join(_moved(line, prefix) for line in lines).encode()
    return found


def _moved(line: Line, prefix: str) -> str:
    pattern = f"{prefix}{line.pattern}"
    quoted = f'"{pattern}"' if pattern != pattern.strip() else pattern
    return f"{'+' if line.include else '-'} {quoted}"
