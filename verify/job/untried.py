"""Which words of a job a lab does not try: what stands in for them, and why others are left out."""

import re
from collections.abc import Iterable, Iterator

from verify.job import options as words
from verify.job.credentials import printable_destination
from verify.job.job import Job
from verify.job.reroot import Unfaithful
from verify.job.sandbox import DESTINATION_OPTIONS, Sandboxed, why_left_out

# They reach a backend, and have no effect on another.
_OF_A_BACKEND = re.compile(
    r"--(azure|b2|cf|ftp|idr|imap|mf|mp|par2|rsync|scp|sftp|ssh|ssl|swift|webdav|s3-multipart)-[\w-]+"
)
# Settings of a service that change what duplicity may read, write or reach.
_OF_RIGHTS = ("user", "read_only", "cap_add", "cap_drop", "privileged", "security_opt", "network_mode", "tmpfs")
SHOWN = 6  # names in one sentence


def replaced_words(job: Job, box: Sandboxed, store: str, stands_in: str = "") -> Iterator[str]:
    """Given a job and what a lab made of it, yield what of its destination the lab does not try.

    `store` is what the lab backs up to; `stands_in` says why that is of another kind than the destination, if it is.
    """
    urls = ", ".join(f"{name}={printable_destination(url)}" for name, url in job.destinations.items() if url)
    said = {option.name for option in words.parsed(job.options) if why_left_out(job, option)}
    gone = [name for name in box.dropped if name not in said and name not in job.destinations]
    idle = sorted({o.name for o in words.parsed(box.job.options) if _OF_A_BACKEND.fullmatch(o.name)})
    if urls and stands_in:
        yield (
            f"{store} of the lab's own stands in for {urls}, since {stands_in}; duplicity's backend for it, that "
            "server, and the way to it, are not tried" + _named("; not used: ", [*gone, *idle])
        )
    elif urls:
        yield (
            f"{store} of the lab's own stands in for {urls}: that server, and the way to it, are not tried"
            + _named("; not used: ", gone)
        )


def untried_words(job: Job, left_out: Iterable[Unfaithful] = ()) -> Iterator[str]:
    """Given a job, and the rules that could not be moved, yield what of its options the lab leaves out, and why."""
    for option in words.parsed(job.options):
        if why := why_left_out(job, option):
            yield f"{option.name} is left out: {why}"
    rules = [(f"{each.option} {each.value}", each.reason) for each in left_out]
    for reason in dict.fromkeys(reason for _, reason in rules):
        *others, last = [rule for rule, why in rules if why == reason]
        yield f"{', '.join(others)} and {last} are left out: {reason}" if others else f"{last} is left out: {reason}"
    yield from job.unread


def untried_settings(job: Job) -> Iterator[str]:
    """Given a job, yield what of its stack file changes what duplicity may do, and no lab does the same."""
    names = [name for name in _OF_RIGHTS if name in job.settings]
    if names:
        yield f"the stack file's {' and '.join(names)} is not tried: the lab runs duplicity as the image does"


def lost_words(job: Job, here: Job, untried: Iterable[str]) -> list[str]:
    """Given a job, and as it is in a lab, return the options that are gone without a word said of them."""
    said, left = "\n".join(untried), {option.name for option in words.parsed(here.options)}
    return [
        option.name
        for option in words.parsed(job.options)
        if option.name not in left | DESTINATION_OPTIONS.keys() and option.name not in said
    ]


def _named(before: str, names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{before}{', '.join(names[:SHOWN])}{more}" if names else ""
