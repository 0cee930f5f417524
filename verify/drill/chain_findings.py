"""What a drill finds of the points and chains at its destination: which can be restored, and what is at stake."""

import functools

from verify.archive import completeness, out_of_reach, signatures
from verify.archive.out_of_reach import unreachable_findings
from verify.checks import Finding
from verify.drill import copies
from verify.drill.affected import affected
from verify.drill.drill import Drill
from verify.drill.host.archive import counted_findings, volume_size_of
from verify.drill.points import freshness
from verify.durations import moment
from verify.errors import NotProvenError
from verify.plurals import counted


def agreement_findings(drill: Drill) -> list[Finding]:
    """Return a finding for each cause that keeps duplicity from points that lie there whole.

    Raise `NotProvenError` where signatures are lost: duplicity skips such points, and `signatures-complete` reports
    them.
    """
    night, there = drill.night, drill.night.destination
    seen = {each.time for each in night.status.sets}
    listed = [each for chain in there.chains.chains for each in chain.listed] if there.is_seen else []
    known = [each.span.end for each in listed if each.manifest] if there.is_seen else [night.newest]
    unseen = sorted(each for each in known if each not in seen)
    if there.is_seen and unseen:  # retention may have come between
        unseen = there.still_there(unseen)
    if unseen:
        got = f"not among the {len(seen)} that duplicity lists"
        return [Finding("duplicity-agrees", "", f"the point of {moment(unseen[-1])}", got)]
    night.say(f"duplicity sees the same {counted(len(known), 'point')}")
    if not there.is_seen:
        return []
    found = unreachable_findings(there.stored, there.chains, night.started)
    if not found and there.chains.discarded:
        raise NotProvenError("duplicity passes over the newest point without signatures: see signatures-complete")
    return found


def chain_findings(drill: Drill) -> list[Finding]:
    """Return a finding for each way in which a chain is broken.

    Where the destination can be looked at through duplicity only, they are those that duplicity's counts show.
    """
    night = drill.night
    there = night.destination
    if there.is_seen:
        volumes = sum(len(each.volumes) for each in there.stored.points)
        sets = f"{counted(volumes, 'volume')} of {counted(len(there.stored.points), 'set')}"
        night.say(", ".join([sets, *completeness.unfinished(there.lying)]))
        raised: list[Finding] = []
        found = completeness.chain_findings(there.lying, functools.partial(affected, night, drill.listings, raised))
        several = copies.copy_findings(there, {each.path for each in found})
        found = night.blame([*copies.placed(found, there), *several.read]) + several.others
        night.blamed |= several.bad - {each.path for each in several.others}
        if not found:
            there.must_be_seen_whole()
        return [*found, *night.blame(raised)]
    _ = drill.listings.newest
    chain = drill.listings.archive_of(night.newest).leading_to(night.newest, volume_size_of(night.job))
    if not chain:
        raise NotProvenError("duplicity's archive does not hold the newest chain's manifests")
    sets = f"{counted(len(chain), 'set')} of the newest chain"
    night.say(f"{sets}, by what duplicity lists; sizes and older chains are not known")
    found = counted_findings(night.status, chain)
    if not found and there.hides:
        raise NotProvenError("what one mirror has lost, duplicity lists from another")
    return found


def age_findings(drill: Drill) -> list[Finding]:
    """Return a finding if there are points of the future, or if the newest is too old.

    Raise `NotProvenError` where a newer one is young enough and cannot be restored: another check reports that.
    """
    night, allowed = drill.night, drill.policy.max_age
    if future := _future_findings(drill):
        return future
    found = freshness.age_findings(night.newest, night.started, allowed)
    taken = max(night.taken, default=night.newest)
    if found and not freshness.age_findings(taken, night.started, allowed):
        raise NotProvenError(
            f"the newest point that can be restored is of {moment(night.newest)}: why that of {moment(taken)} cannot, "
            f"see duplicity-agrees and chain-complete"
        )
    return found


def _future_findings(drill: Drill) -> list[Finding]:
    """Return a finding if there are points of the future."""
    there = drill.destination
    if there.is_seen:
        return out_of_reach.future_findings(there.stored, there.chains, drill.started)
    future = [each.time for each in drill.status.sets if each.time > drill.started + out_of_reach.AHEAD]
    return [out_of_reach.future_finding(len(future), max(future), drill.started)] if future else []


def signature_findings(drill: Drill) -> list[Finding]:
    """Return a finding for each chain whose signatures are lost, and for each file of them that is damaged."""
    night, there = drill.night, drill.night.destination
    _ = night.newest  # where there is no point, none is without signatures, which proves nothing
    return night.blame(signatures.signature_findings(there.stored, there.chains, there.remembered_sizes))
