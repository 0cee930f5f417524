"""Gates: what has to hold before anything else of a job is worth trying.

A job that duplicity does not even begin would fail every test alike, and the operator waits for one sentence.
"""

from dataclasses import replace

from verify.checks import Finding
from verify.job import cannot_begin, detached_values, long_dashes, no_way_there, removed_options, scheme_finding
from verify.lab.jobs.own_rules import OwnRules
from verify.lab.lab import Lab
from verify.trees import Tree, file

ONE_FILE = Tree({b"a": file((1, 1))})


def why_closed(lab: Lab) -> str:
    """Given a lab, return why its job cannot run at all, which is why the rest is not proven; empty where it can.

    That is what it lacks, else what duplicity refuses of it, in duplicity's own words where it was asked.
    """
    if known := [*lacking_findings(lab), *_surely_refused(lab)]:
        return why_it_cannot_run(known[0])
    refused = refused_options_findings(lab)
    if not refused:
        return ""
    said = refused[0].hint.splitlines()
    return f"the job cannot run: {said[0]}" if said else why_it_cannot_run(refused[0])


def why_it_cannot_run(found: Finding) -> str:
    """Given a finding about what a job lacks, return why the rest is not proven."""
    return f"the job cannot run: {found.got.partition('; ')[0]}"


def lacking_findings(lab: Lab) -> tuple[Finding, ...]:
    """Given a lab, return what its job lacks to be run at all: what duplicity says of the rest is then no news."""
    schemes = lab.site.schemes
    return (*cannot_begin(lab.job), *([] if schemes is None else no_way_there(lab.job, schemes, lab.release)))


def scheme_findings(lab: Lab) -> list[Finding]:
    """Return a finding if duplicity does not know the destination's scheme, or misreads its URL."""
    return [] if lab.site.schemes is None else list(scheme_finding(lab.job, lab.site.schemes, lab.release))


def refused_options_findings(lab: Lab) -> list[Finding]:
    """Let duplicity say what it would back up of one file with all the job's options; return what it refuses.

    What a dry run refuses, it has to refuse of a backup as well.
    """
    if known := _surely_refused(lab):
        return known
    own = OwnRules.of(lab)
    lab.fill_source(ONE_FILE)
    chain = lab.new_chain(encrypted=not lab.unencrypted, selection=not own.unread)
    dry = replace(chain.duplicity, options=(*chain.duplicity.options, "--dry-run"))
    result = lab.ran(dry.full(chain.source, chain.destination.url))
    if not result.ok:  # that alone may be what it does not stand: before a first backup --jsonstat crashes there
        result = lab.ran(chain.duplicity.full(chain.source, chain.destination.url))
    return [] if result.ok else [_with_the_jobs_paths(lab, each) for each in own.refusal_findings(lab, result)]


def _surely_refused(lab: Lab) -> list[Finding]:
    job, release = lab.site.tried, lab.release
    return [*long_dashes(job), *removed_options(job, release), *detached_values(job, release)]


def refused_by_others(lab: Lab) -> list[Finding]:
    """Given the lab of a job with several destinations, return what duplicity refuses of those with other options."""
    return [
        replace(found, expected=f"{found.expected}, for {name}")
        for name, site in lab.site.others.items()
        for found in refused_options_findings(Lab(site, statistics=lab.statistics))
    ]


def _with_the_jobs_paths(lab: Lab, found: Finding) -> Finding:
    """Return a finding that names paths as the job does, not as they lie below the lab's folder."""
    root = lab.sandboxed.source.removesuffix(lab.site.tried.source)
    return replace(found, got=found.got.replace(root, ""), hint=found.hint.replace(root, "")) if root else found
