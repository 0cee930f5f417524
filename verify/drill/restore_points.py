"""What a drill restores from: its points, what a restore of each needs, and what its paths are compared with."""

from collections.abc import Iterator
from functools import cached_property

from verify.archive.manifests import Manifest, changed_paths
from verify.drill.host.archive import volume_size_of
from verify.drill.listings import Listings
from verify.drill.night import Night
from verify.drill.points.listing import Listing
from verify.drill.restoring.comparing import Yardstick, forgiven
from verify.drill.restoring.needs import Needs
from verify.drill.restoring.sample_restore import RestorePoint
from verify.drill.restoring.sampling import Leaf, Stratum, strata_of
from verify.durations import moment
from verify.errors import NotProvenError


class RestorePoints:
    """The points that a drill can restore from. A point is named by its time, in seconds since the epoch."""

    def __init__(self, night: Night, listings: Listings) -> None:
        self._night, self._listings = night, listings

    @cached_property
    def yardstick(self) -> Yardstick:
        """What a restored path is compared with: the live source where there is one, and what earlier drills saw."""
        night = self._night
        limitations = forgiven(night.host.release, night.host.main.euid, night.job.options)
        try:
            source, rules = night.source, night.rules
        except NotProvenError as error:
            night.say(f"not compared with the source: {error}")
            return Yardstick(night.here, None, None, night.ledger, limitations, night.started)
        return Yardstick(night.here, source, rules, night.ledger, limitations, night.started)

    def point(self, time: int, listing: Listing) -> RestorePoint:
        """Given a point's time and listing, return the point. Raise `NotProvenError` where its chain is broken."""
        positions, source = self._positions(time), self.yardstick.source

        def strata(leaf: Leaf) -> Iterator[Stratum]:
            size = source.size_of(leaf.path, leaf.time) if source else None
            return strata_of(leaf, time, positions.get(leaf.path, 0), size)

        can_name = self._night.host.duplicity(self._night.job).can_name
        return RestorePoint(time, listing, self.needs(time), strata, can_name)

    def needs(self, time: int) -> Needs:
        """Given a point's time, return what its restores download. Raise `NotProvenError` where its chain is broken."""
        night, there = self._night, self._night.destination
        if not there.is_seen:
            whole = self._listings.archive_of(time).leading_to(time, volume_size_of(night.job))
        else:
            sets = [(each, there.manifests[each.span]) for each in there.chains.leading_to(time)]
            whole = [(each, manifest) for each, manifest in sets if isinstance(manifest, Manifest)]
            whole = whole if len(whole) == len(sets) else []
        if not whole:
            raise NotProvenError(f"the chain of the point of {moment(time)} is broken: see chain-complete")
        return Needs(whole, night.blamed)

    def _positions(self, time: int) -> dict[bytes, int]:
        """Return, for each path that an incremental changed, the number of the last one that did so up to a point.

        They are read from duplicity's archive, which has the manifests decrypted once it has listed the point.
        """
        destination, found = self._night.destination, dict[bytes, int]()
        archive = self._listings.archive_of(time)
        if destination.is_seen:
            for number, each in enumerate(destination.chains.leading_to(time)[1:], 1):
                for _, path in changed_paths(archive.text_of(each.manifest.name if each.manifest else "")):
                    found[path] = number
        return found
