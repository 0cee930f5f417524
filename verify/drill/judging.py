"""What a drill's checks find, each a function of the drill: see tests/drill."""

import contextlib
from pathlib import Path

from verify.archive.completeness import chain_findings, signature_findings, unfinished
from verify.checks import Finding
from verify.drill.contents.booting import Booted, Postgres
from verify.drill.contents.databases import Cluster, Dump, clusters_in, dumps_in
from verify.drill.contents.kinds import KINDS
from verify.drill.contents.usable import usable
from verify.drill.drill import Drill
from verify.drill.host.archive import counted_findings, volume_size_of
from verify.drill.points import expected
from verify.drill.points.shrunken import full_findings, shrink_findings
from verify.drill.volumes import coverage, hashed_volumes, least_recently_proven, prove
from verify.durations import moment
from verify.errors import NotProvenError


def agreement(drill: Drill) -> list[Finding]:
    """Return a finding if duplicity sees another newest point than lies there.

    Raise `NotProvenError` where it passes over points whose signatures are lost, as it does: that is told by itself.
    """
    seen = max((each.time for each in drill.status.sets), default=0)
    if seen == drill.newest:
        drill.say("duplicity sees the same newest point")
        return []
    there = drill.destination.stored.points if drill.destination.is_seen else ()
    if signature_findings(each for each in there if each.span.end > seen):
        raise NotProvenError("duplicity passes over points without signatures: see signatures-complete")
    got = moment(seen) if seen else "no point"
    return [Finding("duplicity-agrees", "", f"the newest point of {moment(drill.newest)}", got)]


def chain(drill: Drill) -> list[Finding]:
    """Return a finding for each way in which a chain is broken; unseen, by what duplicity counts."""
    there = drill.destination
    if there.is_seen:
        volumes = sum(len(each.volumes) for each in there.stored.points)
        sets = f"{volumes:,} volumes of {len(there.stored.points):,} sets"
        drill.say(", ".join([sets, *unfinished(there.stored)]))
        return drill.blame(chain_findings(there.stored, there.manifests, there.remembered_sizes))
    _ = drill.listings.newest
    chain = drill.listings.archive_of(drill.newest).leading_to(drill.newest, volume_size_of(drill.job))
    if not chain:
        raise NotProvenError("duplicity's archive does not hold the newest chain's manifests")
    drill.say(f"{len(chain):,} sets of the newest chain, by what duplicity lists; sizes and older chains are not known")
    return counted_findings(drill.status, chain)


def signatures(drill: Drill) -> list[Finding]:
    """Return a finding for each point whose signatures are lost."""
    return drill.blame(signature_findings(drill.destination.stored.points))


def paths(drill: Drill) -> list[Finding]:
    """Return a finding for each path that should be in the newest point and is not.

    Raise `NotProvenError` where the point is empty: that is one finding, and not one a path.
    """
    if drill.listings.is_empty:
        raise NotProvenError("the newest point holds nothing: see not-shrunken")
    return expected.findings_of(drill.verdict, drill.newest)


def shrinking(drill: Drill) -> list[Finding]:
    """Return a finding if the newest point holds much less than the one before."""
    paths, threshold = len(drill.listings.newest), drill.policy.shrink_threshold
    earlier = drill.listings.point_before(drill.newest)
    before = None if earlier is None else (earlier, drill.listings.paths_of(earlier))
    drill.say(f"{paths - 1:,} paths" + (f", {before[1] - 1:,} before" if before else ""))
    found = shrink_findings(drill.newest, paths, before, threshold)
    if found or not drill.destination.is_seen:
        return found
    fulls = [chain[0] for chain in drill.destination.stored.chains]
    return full_findings(fulls[-1], fulls[-2] if fulls[1:] else None, threshold)


def volumes(drill: Drill) -> list[Finding]:
    """Download volumes, at most for half of the budget; return a finding for each that is not what it was."""
    there = drill.destination
    hashed = [each for each in hashed_volumes(there.stored, there.manifests) if each.stored.name not in drill.blamed]
    proven = drill.ledger.proven(each.stored for each in hashed)
    tonight = least_recently_proven(hashed, proven, drill.budget // 2, drill.draw)
    if not tonight:
        raise NotProvenError(f"no volume is there that fits into half of the budget of {drill.budget:,} bytes")
    good, found = prove(there.view, tonight, drill.deadline)
    if not good and not found:
        raise NotProvenError("the time was used up before")
    drill.ledger.note_proven(good, drill.started)
    drill.ledger.note_bad(each.path for each in found)
    reach = coverage(hashed, drill.ledger.proven(each.stored for each in hashed), drill.started)
    drill.figures |= {"volumes": reach.volumes, "volumes_proven": reach.proven, "oldest_proof": reach.oldest}
    drill.say(f"{len(good):,} tonight; {reach}")
    return drill.blame(found)


def usable_contents(drill: Drill, restored: Path, kinds: str) -> list[Finding]:
    """Given what was restored, open what is of some kinds; return a finding for each that cannot be.

    Raise `NotProvenError` where there is none.
    """
    source = None
    with contextlib.suppress(NotProvenError):
        source = drill.source.folder
    newest = drill.restores.newest
    bad = newest.comparison.bad if newest else frozenset[bytes]()
    found = usable(restored, KINDS[kinds], source, drill.deadline, bad)
    if not found.counts:
        late = "the time was used up before"
        raise NotProvenError(late if found.late else f"no {kinds} are among what was restored")
    drill.say(str(found))
    return found.findings


def booted_databases(drill: Drill, restored: Path) -> list[Finding]:
    """Given what was restored, boot each PostgreSQL in it; return a finding for each that does not come up.

    Raise `NotProvenError` where there is none, or nothing to boot it with.
    """
    databases: list[Cluster | Dump] = [*clusters_in(restored), *dumps_in(restored)]
    if not databases:
        raise NotProvenError("no PostgreSQL is among what was restored")
    with drill.sealed() as host:
        server, booted = Postgres(host), list[Booted]()
        for each in databases:
            booted.append(server.boot(each, restored) if isinstance(each, Cluster) else server.load(each, restored))
    drill.say("; ".join(each.said for each in booted if each.said))
    return [found for each in booted for found in each.findings]
