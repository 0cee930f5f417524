"""What a drill's checks find, each a function of the drill: see tests/drill."""

import contextlib
import functools
from pathlib import Path

from verify.archive import completeness
from verify.checks import Finding
from verify.drill import copies
from verify.drill.affected import affected
from verify.drill.contents.booting import Booted, Postgres
from verify.drill.contents.databases import Cluster, Dump, clusters_in, dumps_in
from verify.drill.contents.kinds import KINDS
from verify.drill.contents.usable import usable
from verify.drill.drill import Drill
from verify.drill.points import expected, shrunken
from verify.drill.reach import noted_reach, volumes_of
from verify.drill.restoring import estimate
from verify.drill.volumes import least_recently_proven, prove, told_by_server
from verify.errors import NotProvenError
from verify.plurals import counted


def path_findings(drill: Drill) -> list[Finding]:
    """Return a finding for each path that should be in the newest point and is not.

    Raise `NotProvenError` where the point is empty: `not-shrunken` reports that, once.
    """
    night = drill.night
    if drill.listings.is_empty:
        raise NotProvenError("the newest point holds nothing: see not-shrunken")
    return expected.findings_of(drill.path_verdict, night.newest)


def shrink_findings(drill: Drill) -> list[Finding]:
    """Return a finding if the newest point holds much less than the one before.

    Raise `NotProvenError` where there is none before.
    """
    night = drill.night
    paths, threshold = len(drill.listings.newest), night.policy.shrink_threshold
    earlier = drill.listings.point_before(night.newest)
    before = None if earlier is None else (earlier, drill.listings.paths_of(earlier))
    night.say(counted(paths - 1, "path") + (f", {before[1] - 1:,} before" if before else ""))
    found = shrunken.shrink_findings(night.newest, paths, before, threshold)
    if not found and before is None:
        raise NotProvenError("it is the only point: there is none before it to compare with")
    if found or not night.destination.is_seen:
        return found
    chains = sorted(night.destination.chains.chains, key=lambda chain: chain.start)
    fulls = [chain.sets[0] for chain in chains if chain.start <= night.newest]
    return shrunken.full_findings(fulls[-1], fulls[-2] if fulls[1:] else None, threshold)


def volume_findings(drill: Drill) -> list[Finding]:
    """Hash volumes, on their server where it can; return a finding for each that has changed.

    Others are downloaded, for at most half of the budget. The server has a third of the time that is left.
    Raise `NotProvenError` where some are lost or damaged already, as another check found.
    """
    night = drill.night
    there = night.destination
    volumes, hashed = volumes_of(night)
    proven = night.ledger.proven(each.stored for each in hashed)
    in_turn = least_recently_proven(hashed, proven, sum(each.stored.size for each in hashed), night.draw)
    good, found, rest = told_by_server(there.view, in_turn, night.part_of_time(1 / 3))
    told = len(good)
    tonight = least_recently_proven(rest, proven, night.budget // 2, night.draw)
    if not tonight and not good and not found:
        raise NotProvenError(f"no volume is there that fits into half of the budget of {night.budget:,} bytes")
    downloaded = prove(there.view, tonight, night.deadline)
    good, found = [*good, *downloaded[0]], [*found, *downloaded[1]]
    if not good and not found:
        raise NotProvenError("the time was used up before")
    night.ledger.note_proven(good, night.started)
    night.ledger.note_bad(each.path for each in found)
    reach = noted_reach(night, volumes, hashed)
    by = f", {told:,} of them as the server itself hashes them" if told else ""
    night.say(f"{len(good):,} tonight{by}; {reach}")
    if not found and reach.out_of_reach:
        raise NotProvenError(str(reach))
    if not found:
        there.must_be_seen_whole()
    found, several = copies.damaged_findings(found, hashed, there)
    raised: list[Finding] = []
    at_stake = completeness.with_stakes(found, there.lying, functools.partial(affected, night, drill.listings, raised))
    return night.blame([*at_stake, *several.read, *raised]) + several.others


def content_findings(drill: Drill, restored: Path, kinds: str) -> list[Finding]:
    """Given what was restored, open what is of some kinds; return a finding for each that cannot be.

    Raise `NotProvenError` where there are no such files.
    """
    night = drill.night
    source = None
    with contextlib.suppress(NotProvenError):
        source = night.source.folder
    newest = drill.restores.newest
    bad = newest.comparison.bad if newest else frozenset[bytes]()
    found = usable(restored, KINDS[kinds], source, night.deadline, bad)
    if not found.counts:
        late = "the time was used up before"
        raise NotProvenError(late if found.late else f"no {kinds} are among what was restored")
    night.say(str(found))
    return found.findings


def database_findings(drill: Drill, restored: Path) -> list[Finding]:
    """Given what was restored, boot each PostgreSQL in it; return a finding for each that cannot be used.

    Raise `NotProvenError` where there is none, or no server to boot it with.
    """
    night = drill.night
    databases: list[Cluster | Dump] = [*clusters_in(restored), *dumps_in(restored)]
    if not databases:
        raise NotProvenError("no PostgreSQL is among what was restored")
    with drill.sealed() as host:
        server, booted = Postgres(host), list[Booted]()
        for each in databases:
            booted.append(server.boot(each, restored) if isinstance(each, Cluster) else server.load(each, restored))
    night.say("; ".join(each.said for each in booted if each.said))
    return [found for each in booted for found in each.findings]


def restore_time_findings(drill: Drill) -> list[Finding]:
    """Return a finding if a restore of everything takes longer than the policy allows."""
    night = drill.night
    found = estimate.estimate(night.ledger.restores, drill.restore_points.needs(night.newest).bytes(b""))
    if found:
        night.figures |= {
            "full_bytes": found.bytes, "full_seconds": found.seconds,
            "full_low": found.low, "full_high": found.high,
        }  # fmt: skip
        night.say(f"{found} for {found.bytes:,} bytes{estimate.cost_words(found, night.policy.price_per_gb)}")
    allowed = night.policy.max_restore_time
    return estimate.time_findings(found, None if allowed is None else allowed.total_seconds())
