"""Compares two duplicities: how they back up the same history, and whether they restore each other's backups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from verify.checks import Finding
from verify.lab.client.provision import provision_duplicity
from verify.lab.lab import Chain, Lab, Point
from verify.trees import History, compare, findings_of, limitations_of, printable

UPGRADES = ("0.8.22", "1.2.3", "2.2.4", "3.2.1")  # a release of each generation, oldest first
ANY_SCHEME = "boto3+s3"  # means the same to all of them: `s3` is boto 2 in the oldest
ALIKE = 0.25  # share by which the sizes of two backups of the same may differ
OVERHEAD = 64 * 1024  # bytes by which they may differ in any case


@dataclass(frozen=True)
class ComparedRelease:
    """One of two duplicities that are compared: its lab, and its backup of the history."""

    lab: Lab
    chain: Chain

    def __str__(self) -> str:
        return f"duplicity {self.lab.release}"


def sides(labs: Iterable[Lab], history: History, *, encrypted: bool) -> list[ComparedRelease]:
    """Let each lab back up a history, point by point, to a destination of its own."""
    return [ComparedRelease(lab, lab.back_up(history, encrypted=encrypted)) for lab in labs]


def disagreement_findings(one: ComparedRelease, other: ComparedRelease) -> list[Finding]:
    """Given two backups of one history, return a finding for each way in which they differ.

    Compared are what every point restores, what is listed, how the commands end, and the bytes stored.
    """
    found = [
        finding
        for ours, theirs in zip(one.chain.points, other.chain.points, strict=True)
        for finding in (*_restore_findings(one, ours, other, theirs), *_listing_findings(one, ours, other, theirs))
    ]
    return found + _size_findings(one, other)


def _restore_findings(one: ComparedRelease, ours: Point, other: ComparedRelease, theirs: Point) -> list[Finding]:
    mine, yours = one.lab.restore(ours), other.lab.restore(theirs)
    if mine.result.exit_code != yours.result.exit_code:
        expected, got = (f"{side}: {it.result.ending}" for side, it in ((one, mine), (other, yours)))
        return [Finding("releases-agree", "", expected, got, f"in the restore of {ours}")]
    limitations = (*limitations_of(one.lab.release), *limitations_of(other.lab.release))
    differing = compare(mine.inventory, yours.inventory, limitations)
    return findings_of(differing, point=f"{ours} by {other}, as compared with {one}", check="releases-agree")


def _listing_findings(one: ComparedRelease, ours: Point, other: ComparedRelease, theirs: Point) -> list[Finding]:
    mine, yours = set(one.lab.listing(ours).paths), set(other.lab.listing(theirs).paths)
    return [
        Finding("releases-agree", printable(path), *_in_words(one, other, first=path in mine), f"listing of {ours}")
        for path in sorted(mine ^ yours)
    ]


def _in_words(one: ComparedRelease, other: ComparedRelease, *, first: bool) -> tuple[str, str]:
    seen, unseen = "listed", "not listed"
    return f"{one}: {seen if first else unseen}", f"{other}: {unseen if first else seen}"


def _size_findings(one: ComparedRelease, other: ComparedRelease) -> list[Finding]:
    mine, yours = (side.chain.destination.stored_bytes for side in (one, other))
    if abs(mine - yours) <= OVERHEAD + ALIKE * max(mine, yours):
        return []
    return [Finding("releases-agree", "", f"{one}: {mine} bytes stored", f"{other}: {yours} bytes stored")]


def reading_findings(writer: ComparedRelease, reader: Lab) -> list[Finding]:
    """Let another lab's duplicity restore each point of a chain; return findings for what it restores wrongly."""
    chain = reader.new_chain(encrypted=writer.chain.encrypted)
    for stored in writer.chain.destination.objects():
        data = writer.chain.destination.read(stored.name)
        chain.destination.put(stored.name, data)
    found = []
    for point in writer.chain.points:
        carried = replace(point, chain=chain)
        chain.points.append(carried)
        found += _restore_chain_findings(reader, carried, f"backed up by {writer}, restored by {reader.release}")
    return found


def upgrade_findings(lab: Lab, history: History, releases: Sequence[str], *, encrypted: bool) -> list[Finding]:
    """Let each of some releases, oldest first, take one point of one chain; return findings for what goes wrong.

    The first takes the full, each later one an incremental; each restores all points so far.
    """
    chain = lab.new_chain(encrypted=encrypted)
    place = chain.destination
    chain.destination = replace(place, url=f"{ANY_SCHEME}:{place.url.partition(':')[2]}")
    found: list[Finding] = []
    for release, tree in zip(releases, history.trees[: len(releases)], strict=True):
        provisioned = provision_duplicity(release)
        chain.duplicity = replace(chain.duplicity, command=provisioned.command, release=provisioned.release)
        lab.fill_source(tree)
        lab.take_point(chain)
        for point in chain.points:
            made_by = releases[point.index]
            found += _restore_chain_findings(lab, point, f"{point} was taken by {made_by}, and restored by {release}")
    return found


def _restore_chain_findings(lab: Lab, point: Point, how: str) -> list[Finding]:
    restored = lab.restore(point, new_machine=True)
    if not restored.result.ok:
        return [Finding("upgrade-path", "", "a restore", restored.result.ending, how)]
    return [replace(each.of("upgrade-path"), hint=how) for each in restored.differing_from(point.inventory)]
