"""What the image's `dup` makes of several destinations (DST=multi): some commands never reach duplicity as written.

Read in its source of v4.1.0, and tried with it: it looks for `multi` in second or third place, takes what stands before
it for SRC, and never passes `full` on.
"""

from collections.abc import Iterator
from dataclasses import replace

from verify.checks import Finding, Severity
from verify.job.destination.schemes import scheme_of
from verify.job.flavours import own_of_destination
from verify.job.job import Job
from verify.job.options import FORCING
from verify.job.runs.called import NamedCall, calls_by_name, option_names_of
from verify.job.runs.calls import RETENTION

MULTI = "multi"
_PASSPHRASES = frozenset({"PASSPHRASE", "SIGN_PASSPHRASE"})


def several_findings(job: Job) -> Iterator[Finding]:
    """Given a job, yield what keeps it from being backed up as written because it has several destinations."""
    if job.destination != MULTI:
        return
    for each in calls_by_name(job)[0]:
        if MULTI in each.call.given and each.call.verb not in RETENTION and not _is_taken(each):
            words = "$SRC $DST" if each.call.backs_up else f"{each.call.verb} $DST"
            yield Finding(
                "job-complete",
                expected=f"{each.name} that works with several destinations",
                got="only the image's `dup` knows multi, and right behind SRC: duplicity refuses what it gets instead",
                hint=f"write {each.name}=dup {words}, and options behind it",
                severity=Severity.LOST if each.call.backs_up else Severity.AT_RISK,
            )
    yield from _not_shared(job)
    yield from _options_of_another(job)


def _is_taken(each: NamedCall) -> bool:
    """Return whether `dup` finds `multi` where it looks for it, and SRC before it."""
    call = each.call
    behind_source = call.given[1:2] == (MULTI,) and not call.given[0].startswith("-")
    return (behind_source and not call.bare) or _is_full(each)


def _is_full(each: NamedCall) -> bool:
    """Return whether `dup` takes it for a full backup, which it then makes without saying so to duplicity."""
    return not each.call.bare and each.call.given[:1] == ("full",) and each.call.given[2:3] == (MULTI,)


def in_vain_at_several(job: Job) -> Iterator[Finding]:
    """Given a job, yield which of its commands, because of several destinations, remove nothing, or make no full."""
    calls = calls_by_name(job)[0] if job.destination == MULTI else []
    for each in calls:
        if MULTI in each.call.given and each.call.verb in RETENTION:
            yield _not_removed(each)
        elif _is_full(each) and not FORCING & option_names_of(job, each):
            got = "the image's `dup` leaves out `full` where DST is multi: one full, and incrementals on it for ever"
            hint = "write --full-if-older-than 1M into OPTIONS"
            expected = f"a full backup by {each.name}"
            yield Finding("retention", expected=expected, got=got, hint=hint, severity=Severity.AT_RISK)


def _not_removed(each: NamedCall) -> Finding:
    count = next((word for word in each.call.positional if word != MULTI), "2M")
    got = f"{each.name}: the image's `dup` cannot do so, and duplicity refuses what it gets: nothing is ever removed"
    return Finding(
        "retention",
        expected=f"{each.call.verb} at each of several destinations",
        got=got,
        hint="call duplicity itself, once for each destination and with its own variables and options, such as "
        f"`duplicity {each.call.verb} {count} --force $DST_1_OPTIONS $DST_1`",
        severity=Severity.AT_RISK,
    )


def _not_shared(job: Job) -> Iterator[Finding]:
    """Yield a finding for each variable that a destination needs, and that goes away with an earlier one's own."""
    taken: dict[str, str] = {}
    for name, url in job.destinations.items():
        own = own_of_destination(job.variables, name)
        for variable, before in taken.items():
            needed = variable in _PASSPHRASES or (variable.startswith("AWS_") and "s3" in scheme_of(url))
            if needed and variable in job.variables and variable not in own:
                yield Finding(
                    "job-complete",
                    expected=f"{variable} for {name}",
                    got=f"none: the image's `dup` takes it away after {before}, which has one of its own",
                    hint=f"write {name}_{variable}=…, too",
                    severity=Severity.LOST,
                )
        taken |= dict.fromkeys(own, name)


def _options_of_another(job: Job) -> Iterator[Finding]:
    """Yield a finding for each destination that gets the options of one before it, and not those that all have."""
    before = ""
    for name in job.destinations:
        if f"{name}_OPTIONS" in job.variables:
            before = name
        elif before and job.options_text and job.text_of(f"{before}_OPTIONS") != job.options_text:
            found = Finding(
                "job-complete",
                expected=f"OPTIONS for {name}",
                got=f"{before}_OPTIONS: the image's `dup` goes on with them",
                hint=f"write {name}_OPTIONS=…, with what OPTIONS says",
            )
            yield replace(found, severity=Severity.AT_RISK)
