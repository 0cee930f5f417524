"""Variables that a stack file names and that nothing sets: what they leave empty, and what to write."""

import re
from collections.abc import Iterator

from verify.checks import Finding, Severity
from verify.job.credentials import printable_text
from verify.job.destination.urls import read_url
from verify.job.job import Job
from verify.job.stack.model import UnsetVariable

DESTINATIONS = frozenset({"DST", "DST_1"})
_STOPPING = DESTINATIONS | {"SRC", "PASSPHRASE"}  # without these there is no backup
_WHOLE = re.compile(r"\$(\w+|\{\w+\})")


def unset_findings(job: Job) -> Iterator[Finding]:
    """Given a job, return a finding for each variable that its stack file names and nothing sets."""
    empty = emptied(job) & _STOPPING | _refused_destinations(job)
    for name in dict.fromkeys(each.name for each in job.unset):
        places = [each for each in job.unset if each.name == name]
        stops = any(each.variable in empty for each in places)
        beside = f"; {job.dotenv_beside} sets it, which docker compose alone reads" if name in job.dotenv_names else ""
        yield Finding(
            "job-complete",
            expected=f"a value for {name}, which the stack file names in {' and '.join(map(_where, places))}",
            got=f"{name} is not set where the container is started from: nothing stands in its place{beside}",
            hint=_hint(job, name, places),
            severity=Severity.LOST if stops else Severity.AT_RISK,
        )


def emptied(job: Job) -> frozenset[str]:
    """Given a job, return the names of its variables that are empty because another one is not set."""
    return frozenset(each.variable for each in job.unset if each.variable and not job.text_of(each.variable).strip())


def _refused_destinations(job: Job) -> frozenset[str]:
    """Return the names of the destinations that duplicity refuses because a variable in them is not set."""
    holding = {each.variable for each in job.unset}
    return frozenset(name for name, url in job.destinations.items() if name in holding and read_url(url).refused)


def _where(place: UnsetVariable) -> str:
    return place.variable or ".".join(each for each in place.place if not each.isdigit())


def _hint(job: Job, name: str, places: list[UnsetVariable]) -> str:
    """Return the line to write: a `$$` where the container has that variable, else where it is to be set."""
    texts = [each for each in places if each.variable]
    if name in job.variables and texts and all(each.variable != name for each in texts):
        first = texts[0]
        return f"write {first.variable}: {_for_the_container(job, first.value)}"
    if name in job.dotenv_names:
        return f"set {name} where it is started (set -a; . {job.dotenv_beside}), or give --started-by compose"
    return f"set {name} where it is started (export {name}=…), or write the value; a `$` of its own is written `$$`"


def _for_the_container(job: Job, text: str) -> str:
    """Return a text with `$$` before each variable that the container has, without secrets."""

    def kept(found: re.Match[str]) -> str:
        return f"${found.group()}" if found[1].strip("{}") in job.variables else found.group()

    return printable_text(_WHOLE.sub(kept, text), job.secrets)
