"""A job as its own calls of duplicity have it: their options, folder and URL go before those of the variables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from verify.job import options as words
from verify.job.credentials import guarded, printable_command
from verify.job.destination.urls import is_url
from verify.job.job import Job
from verify.job.runs.calls import CallsRead, DuplicityCall, calls_in, calls_of_words, words_of_command
from verify.job.runs.started import start_of

_PAIR = 2  # a folder and a URL


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call, and the name of what makes it: JOB_300_WHAT, or `command` of a stack file."""

    name: str
    call: DuplicityCall


def calls_by_name(job: Job) -> tuple[list[NamedCall], list[str]]:
    """Given a job, return the calls that it makes by itself, and why there may be others.

    The container's own command goes before the schedule, which then starts nothing.
    """
    own = _of_command(job)
    if own.calls:
        return [NamedCall("command", call) for call in own.calls], [f"command {own.unread}"] if own.unread else []
    known = {name: job.text_of(name) for name in job.variables}
    calls: list[NamedCall] = []
    unread = [_of_unknown(job)] if job.start.unknown else []
    for entry in job.scheduled:
        name = f"JOB_{entry.number}_WHAT"
        read = calls_in(entry.what or "", known)
        calls += [NamedCall(name, call) for call in read.calls]
        unread += [f"{name} {read.unread}"] if read.unread else []
    return calls, unread


def option_names_of(job: Job, each: NamedCall) -> set[str]:
    """Given a job and a call of it, return the names of the options that duplicity gets."""
    own = job.own_words
    shared = job.options[: len(job.options) - len(own)] if own else job.options
    given = each.call.words if each.call.bare else (*shared, *each.call.words)
    names = {option.name for option in words.parsed(given)}
    several = job.destinations if job.destination == "multi" else {}
    own_of_each = [{o.name for o in words.parsed(job.text_of(f"{name}_OPTIONS").split())} for name in several]
    return names | set.intersection(*own_of_each) if own_of_each else names


def unknown_backups(job: Job) -> str:
    """Given a job, return why nothing is known of how its backups are made; empty where a command of it makes one."""
    calls, unread = calls_by_name(job)
    if job.start.unknown or (unread and not any(each.call.backs_up for each in calls)):
        return next(iter(unread), _of_unknown(job))
    return ""


def _of_unknown(job: Job) -> str:
    return f"the container runs {printable_command(job.start.unknown, job.secrets)}, which is not looked into"


def _of_command(job: Job) -> CallsRead:
    given = [*(job.entrypoint or ()), *(job.command or ())]
    return calls_of_words(words_of_command(given), {name: job.text_of(name) for name in job.variables})


def as_called(job: Job) -> Job:
    """Given a job as its variables say it, return it as its backups are called."""
    job = replace(job, start=start_of(job.entrypoint, job.command, _of_command(job)))
    calls, unread = calls_by_name(job)
    backups = [each for each in calls if each.call.backs_up]
    if not backups:
        return replace(job, unread=tuple(unread))
    options, differing = _options(job, backups)
    first = backups[0].call.words
    own = next((end for end in ((), first) if options == job.options + end), options)
    job = replace(
        job, options=options, own_words=own, commanded=backups[0].name == "command", unread=(*unread, *differing)
    )
    return _to_places(job, backups)


def _options(job: Job, backups: Sequence[NamedCall]) -> tuple[tuple[str, ...], list[str]]:
    """Return the options that all backups have, in the order of the first, and a sentence if their rules differ."""
    each = [list(words.parsed((() if one.call.bare else job.options) + one.call.words)) for one in backups]
    rules = [[option.words for option in one if option.name in words.SELECTION] for one in each]
    shared = [
        option for option in each[0] if option.name in words.SELECTION or all(option in others for others in each)
    ]
    names = " and ".join(dict.fromkeys(one.name for one in backups))
    differing = [f"{names} have different rules"] if any(one != rules[0] for one in rules) else []
    return words.words_of(shared), differing


def _to_places(job: Job, backups: Sequence[NamedCall]) -> Job:
    """Return a job with the folder and the URL that its first backup names, and a sentence if others name others."""
    pairs = [each.call.positional for each in backups if _is_pair(each.call.positional)]
    if not pairs:
        return job
    source, url = pairs[0]
    names = " and ".join(dict.fromkeys(each.name for each in backups))
    others = (f"{names} back up different folders, or to different places",) if set(pairs) != {pairs[0]} else ()
    if (source, url) == (job.source, job.destination):
        return replace(job, unread=(*job.unread, *others))
    return replace(
        job, source=source, destination=url, unread=(*job.unread, *others), defaults=job.defaults - {"SRC", "DST"},
        variables=MappingProxyType({**job.variables, **guarded({"SRC": source, "DST": url})}),
    )  # fmt: skip


def _is_pair(positional: Sequence[str]) -> bool:
    return (
        len(positional) == _PAIR
        and bool(positional[0])
        and not any("$" in word for word in positional)
        and (is_url(positional[1]) or positional[1] == "multi")
    )
