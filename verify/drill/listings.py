"""What a drill has duplicity list of its points, and the archives that are complete for them afterwards."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from verify import progress
from verify.archive.completeness import signature_findings
from verify.archive.names import Names
from verify.checks import FindingsError
from verify.drill.host.archive import Archive
from verify.drill.host.drill_host import aside_of
from verify.drill.points.listing import Listing
from verify.drill.reported_once import once
from verify.durations import moment
from verify.errors import NotProvenError
from verify.job import Job
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.results import ListResult

if TYPE_CHECKING:
    from verify.drill.drill import Drill

Made = TypeVar("Made")


class Listings:
    """What duplicity lists of a destination's points. A point is named by its time, in seconds since the epoch."""

    def __init__(self, drill: "Drill") -> None:
        self._drill = drill
        self._aside: int | None = None  # the point that was listed aside last

    @once
    def newest(self) -> Listing:
        """What is listed of the newest point; the point before it is counted meanwhile, if it never was."""
        drill = self._drill
        before = self.point_before(drill.newest)
        if before is None or drill.ledger.paths_of(before) is not None:
            return self.of(drill.newest)
        with self.aside(before, len) as counted:
            newest = self.of(drill.newest)
            with contextlib.suppress(FindingsError, NotProvenError):  # which is told to who asks for it
                counted()
        return newest

    @property
    def is_empty(self) -> bool:
        """Whether the newest point holds nothing but its root."""
        return len(self.newest) <= 1

    def of(self, point: int) -> Listing:
        """Return what is listed of a point."""
        self._must_be_listable(point)
        drill = self._drill
        return self._noted(point, *_listed(drill.place.duplicity(drill.job), drill.job, point))

    @contextlib.contextmanager
    def aside(self, point: int, make: Callable[[Listing], Made]) -> Iterator[Callable[[], Made]]:
        """Have a point listed, and something made of it, while something else is done; give what waits for that.

        `make` is called by another thread, and has no other host than `aside`: the others are busy.
        """
        drill = self._drill
        try:
            self._must_be_listable(point)
        except (FindingsError, NotProvenError):
            yield lambda: make(self.of(point))  # which says so to who asks for it
            return
        client, self._aside = drill.place.duplicity_aside(drill.job), point
        with ThreadPoolExecutor(1) as aside:
            listed = aside.submit(_listed, client, drill.job, point)
            made = aside.submit(lambda: make(listed.result()[1]))

            def waited() -> Made:
                self._noted(point, *listed.result())
                return made.result()

            try:
                yield waited
            except BaseException:
                client.host.interrupt()
                raise

    def paths_of(self, point: int) -> int:
        """Return how many paths a point holds, the root among them."""
        known = self._drill.ledger.paths_of(point)
        return len(self.of(point)) if known is None else known

    def point_before(self, point: int) -> int | None:
        """Return the point before another one, None where there is none."""
        return max((each for each in self._drill.points if each < point), default=None)

    def archive_of(self, point: int) -> Archive:
        """Return duplicity's archive that is complete for a point once it was listed."""
        place, names = self._drill.place, Names.of(self._drill.job)
        if point == self._aside:
            return Archive(place.aside, aside_of(place.archive), names)
        return Archive(place.host, place.archive, names)

    def _noted(self, point: int, result: ListResult, listing: Listing) -> Listing:
        self._drill.ran(result)
        self._drill.ledger.note_point(point, len(listing))
        return listing

    def _must_be_listable(self, point: int) -> None:
        """Raise where signatures are lost that a listing is made of: duplicity would list an older point."""
        drill = self._drill
        _ = drill.status  # without which a listing would fail by another check
        if not drill.destination.is_seen:
            return
        found = signature_findings(drill.destination.stored.leading_to(point))
        if found and {each.path for each in found} <= drill.blamed:
            raise NotProvenError(f"the point of {moment(point)} cannot be listed: see signatures-complete")
        if found:
            raise FindingsError(tuple(found))


def _listed(client: Duplicity, job: Job, point: int) -> tuple[ListResult, Listing]:
    progress.say(f"listing the point of {moment(point)}")
    result = client.list_current_files(job.destination, at=point)
    return result, Listing(result.stdout if result.ok else b"")
