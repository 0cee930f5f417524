"""What is wrong with a source itself: it holds nothing, it is a link, or the backup lies in it."""

import posixpath
from collections.abc import Iterator, Mapping

from packaging.version import Version

from verify.checks import Finding, Severity
from verify.errors import CannotRunError, NotProvenError
from verify.job import Job
from verify.job.destination.urls import read_url
from verify.job.replaced import archive_of
from verify.job.stack.mounts import seen_at
from verify.selection import Entry, RuleSet, select
from verify.selection.rules import canonical
from verify.selection.survey.job_rules import lists_of, rules_of
from verify.selection.survey.survey import Survey

OWN_ARCHIVE, ARCHIVE = "--archive-dir", "duplicity's archive"
TEMPORARY = "the folder for temporary files (TMPDIR)"
# What of these each backup takes with it.
_HELD = {
    **dict.fromkeys((OWN_ARCHIVE, ARCHIVE), "a copy of all signatures, which change each time"),
    TEMPORARY: "the volume that is just being made",
}
OWN_FILE = b"duplicity-full.20240101T000000Z.manifest"


def source_findings(survey: Survey) -> Iterator[Finding]:
    """Given a survey, yield a finding if nothing of the source is in the backup; a source may be one file."""
    source = survey.rules.source
    if survey.root == "symlink":
        got = f"SRC={source} is a symlink, and duplicity backs up the link alone"
        yield Finding("source-not-empty", "", "at least one file in the backup", got, link_hint(source))
    elif survey.root != "file" and not survey.summary.total.included.files:
        yield Finding("source-not-empty", "", "at least one file in the backup", "none")


def link_hint(source: str) -> str:
    """Given a source that is a link, return what to do."""
    return f"write SRC as `readlink -f {source}` prints it: the folder, and not a link to it"


def job_inside_findings(job: Job, release: Version) -> list[Finding]:
    """Given a job and a release, return what `inside_findings` says. Raise `NotProvenError` without its rules."""
    if job.unread:
        raise NotProvenError("; ".join(job.unread))
    try:
        rules = rules_of(job, release, lists_of(job, release))
    except CannotRunError as error:
        raise NotProvenError(str(error)) from None
    return list(inside_findings(job, rules))


def inside_findings(job: Job, rules: RuleSet) -> Iterator[Finding]:
    """Given a job and its rules, yield a finding for each place of duplicity's own that the backup takes with it.

    Raise `NotProvenError` where that hangs on what is mounted alone.
    """
    doubtful = ""
    for what, place in _places(job).items():
        below = (posixpath.relpath(each, rules.source) for each in seen_at(place, job.volumes))
        taken = [each for each in below if each.partition("/")[0] != ".." and _is_taken(each, rules)]
        if taken and "--exclude-other-filesystems" in job.options:
            doubtful = (
                f"{what} is {place}, in SRC: whether it is on another file system is not in the job's files; "
                f"--exclude {place} leaves it out in any case"
            )
        elif taken:
            yield _inside(job, what, place, taken[0])
    if doubtful:
        raise NotProvenError(doubtful)


def _inside(job: Job, what: str, place: str, below: str) -> Finding:
    inside = posixpath.normpath(posixpath.join(canonical(job.source), below))
    seen = "" if inside == place else f", which is {inside} too"
    holds = _HELD.get(what, "those before it")
    return Finding(
        "backup-outside-source",
        "" if below == "." else below,
        f"{what} outside of SRC={job.source}, or excluded",
        f"{what} is {place}{seen}: each backup holds {holds}",
        f"add --exclude {inside} to OPTIONS, before its other rules",
        **({"severity": Severity.TIDY_UP} if what == TEMPORARY else {}),
    )


def _places(job: Job) -> Mapping[str, str]:
    """Return where duplicity itself writes, by what says so."""
    urls = {name: read_url(url) for name, url in job.destinations.items()}
    places = {name: url.path.removeprefix("//") for name, url in urls.items() if url.scheme == "file"}
    places[OWN_ARCHIVE if job.archive_dir else ARCHIVE] = archive_of(job)
    places[TEMPORARY] = job.option("--tempdir") or job.tempdir
    return {what: canonical(place) for what, place in places.items() if place.startswith("/")}


def _is_taken(below: str, rules: RuleSet) -> bool:
    """Return whether a file of duplicity's in a folder below the source would be in the backup."""
    parts = [] if below == "." else below.encode("utf-8", "surrogateescape").split(b"/")
    folders = [b"/".join(parts[:number]) for number in range(len(parts) + 1)]
    own = b"/".join([*parts, OWN_FILE])
    entries = [*(Entry(folder, "dir", device=0) for folder in folders), Entry(own, "file", device=0)]
    return any(decision.path == own and decision.included for decision in select(entries, rules))
