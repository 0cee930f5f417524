"""Asks a shell in the image what parts of OPTIONS mean: the output of a command, a home directory."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from packaging.version import Version

from verify.job import Job
from verify.job.credentials import guarded
from verify.job.options import parsed, words_of
from verify.job.received import is_idle
from verify.job.shellwords import split
from verify.lab.hosts.host import Host
from verify.secret import Secret

LINES = ("OPTIONS", "OPTIONS_EXTRA")  # in the order in which the image joins them
SHELL_ENDS_WITHIN = 60.0  # seconds that a command in OPTIONS has
# A command, a variable with an operator, a home directory.
_SHELLS_OWN = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{\w+[^\w}][^}]*\}|(?<!\S)~(?=/|\s|\Z)")
# Commands that print something else a second later, and what of that can be printed by `echo`.
_CHANGES = re.compile(r"\bdate\b|RANDOM|\buuidgen\b|\bmktemp\b|/proc/|/dev/u?random")
_PLAIN = re.compile(r"[\w:+.,/@%-]+(?: [\w:+.,/@%-]+)*", re.ASCII)


def resolved(host: Host, text: str, variables: Mapping[str, str | Secret]) -> str:
    """Given a container of the job's image, have its shell replace in OPTIONS what only a shell can; return that."""

    def said(found: re.Match[str]) -> str:
        word = found.group() if found.group() == "~" else f'"{found.group()}"'
        done = host.run(["/bin/sh", "-c", f"printf %s {word}"], env=variables, timeout=SHELL_ENDS_WITHIN)
        return os.fsdecode(done.stdout).rstrip("\n")

    return _SHELLS_OWN.sub(said, text)


def as_in_the_image(host: Host, job: Job, release: Version) -> Job:
    """Given a host that is the job's image, and its duplicity, return the job with the options that it has there.

    A shell of the image has replaced what only it can, and what the release refuses and the image
    takes away is gone: whether more goes with it is for `options-reach-duplicity` to say.
    """
    options = job.options
    if options != job.own_words and any(character in word for word in options for character in "$`~"):
        known = {**host.own_environment, **{name: job.text_of(name) for name in job.variables}}
        texts = (resolved(host, job.text_of(name), known) for name in LINES)
        options = tuple(word for text in texts for word in split(text, known).words) + job.own_words
    kept = (option for option in parsed(options) if not is_idle(option.name, release, job.destination))
    return replace(job, options=words_of(kept))


def steadied(host: Host, job: Job) -> tuple[Job, Mapping[str, str]]:
    """Given a container of the job's image, return the job with commands that print the same each time.

    What changes with the clock, as `$(date)` does, prints what it prints now. The second value has, by each command
    that stands in, the one that is written.
    """
    known = {**host.own_environment, **{name: job.text_of(name) for name in job.variables}}
    written: dict[str, str] = {}

    def steady(found: re.Match[str]) -> str:
        said = resolved(host, found.group(), known) if _CHANGES.search(found.group()) else ""
        if not _PLAIN.fullmatch(said):
            return found.group()
        written[f"$(echo {said})"] = found.group()
        return f"$(echo {said})"

    texts = {name: _SHELLS_OWN.sub(steady, job.text_of(name)) for name in LINES if name in job.variables}
    return replace(job, variables=MappingProxyType({**job.variables, **guarded(texts)})), written
