"""What a drill restores from: its points, what a restore of each needs, and what its paths are held against."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from verify.archive.manifests import Manifest, changed_paths
from verify.drill.host.archive import volume_size_of
from verify.drill.points.listing import Listing
from verify.drill.points.source import rules_of
from verify.drill.restoring.comparing import Yardstick, forgiven
from verify.drill.restoring.needs import Needs
from verify.drill.restoring.sample_restore import Point
from verify.drill.restoring.sampling import Leaf, Stratum, strata_of
from verify.durations import moment
from verify.errors import NotProvenError

if TYPE_CHECKING:
    from verify.drill.drill import Drill


class Restorable:
    """What a drill can restore from its destination."""

    def __init__(self, drill: "Drill") -> None:
        self._drill = drill

    @cached_property
    def yardstick(self) -> Yardstick:
        """What a restored path is held against: the live source where there is one, and what earlier drills saw."""
        drill = self._drill
        limitations = forgiven(drill.place.release, drill.place.host.euid, drill.job.options)
        try:
            source, rules = drill.source, rules_of(drill.job, drill.source, drill.place.release)
        except NotProvenError as error:
            drill.say(f"not compared with the source: {error}")
            return Yardstick(drill.here, None, None, drill.ledger, limitations, drill.started)
        return Yardstick(drill.here, source, rules, drill.ledger, limitations, drill.started)

    def point(self, time: int, listing: Listing) -> Point:
        """Given a point's time and listing, return the point. Raise `NotProvenError` where its chain is broken."""
        positions, source = self._positions(time), self.yardstick.source

        def strata(leaf: Leaf) -> Iterator[Stratum]:
            size = source.size_of(leaf.path, leaf.time) if source else None
            return strata_of(leaf, time, positions.get(leaf.path, 0), size)

        return Point(time, listing, self.needs(time), strata, self._drill.place.duplicity(self._drill.job).can_name)

    def needs(self, time: int) -> Needs:
        """Given a point's time, return what its restores download. Raise `NotProvenError` where its chain is broken."""
        drill, there = self._drill, self._drill.destination
        if not there.is_seen:
            whole = drill.listings.archive_of(time).leading_to(time, volume_size_of(drill.job))
        else:
            sets = [(each, there.manifests[each.span]) for each in there.stored.leading_to(time)]
            whole = [(each, manifest) for each, manifest in sets if isinstance(manifest, Manifest)]
            whole = whole if len(whole) == len(sets) else []
        if not whole:
            raise NotProvenError(f"the chain of the point of {moment(time)} is broken: see chain-complete")
        return Needs(whole, drill.blamed)

    def _positions(self, time: int) -> dict[bytes, int]:
        """Return, for each path that an incremental changed, which one did so last before a point.

        duplicity's archive has the manifests in the clear, since it has listed the point.
        """
        drill, found = self._drill, dict[bytes, int]()
        archive = drill.listings.archive_of(time)
        if drill.destination.is_seen:
            for number, each in enumerate(drill.destination.stored.leading_to(time)[1:], 1):
                for _, path in changed_paths(archive.text_of(each.manifest.name if each.manifest else "")):
                    found[path] = number
        return found
