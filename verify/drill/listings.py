"""What a drill has duplicity list of its points, and the archives that are complete for them afterwards."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, TypeVar

from verify import progress
from verify.archive.manifests import Unread
from verify.archive.sets import StoredSet
from verify.archive.signatures import bad_signatures, signature_findings, unreadable_signatures
from verify.checks import FindingsError
from verify.drill.host.archive import Archive, names_of
from verify.drill.host.drill_host import aside_of
from verify.drill.night import Night
from verify.drill.points.listing import Listing
from verify.drill.reported_once import reported_once
from verify.durations import moment
from verify.errors import NotProvenError
from verify.job import Job
from verify.lab.client.duplicity import Duplicity
from verify.lab.client.results import ListResult

Made = TypeVar("Made")
# What duplicity prints where a file of signatures is cut short or damaged: gpg's refusal, or that of a reader.
_DAMAGED = re.compile(
    r"Failed to read (?P<name>\S+sigtar\S*):|GPGError|EOFError|zlib\.error|BadGzipFile|tarfile\.\w*Error"
)


class Listings:
    """What duplicity lists of a destination's points. A point is named by its time, in seconds since the epoch."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._aside: int | None = None  # the point that was listed aside last
        self._damaged = False  # whether it was told that signatures cannot be read

    @reported_once
    def newest(self) -> Listing:
        """What is listed of the newest point; the paths of the one before are counted meanwhile, if they never were."""
        night = self._night
        before = self.point_before(night.newest)
        if before is None or night.ledger.paths_of(before) is not None:
            return self.of(night.newest)
        with self.aside(before, len) as counted:
            newest = self.of(night.newest)
            with contextlib.suppress(FindingsError, NotProvenError):  # raised again for whoever asks for that listing
                counted()
        return newest

    @property
    def is_empty(self) -> bool:
        """Whether the newest point holds nothing but its root."""
        return len(self.newest) <= 1

    def of(self, point: int) -> Listing:
        """Return what is listed of a point."""
        self._must_be_listable(point)
        night = self._night
        return self._noted(point, *_listed(night.host.duplicity(night.job), night.job, point))

    @contextlib.contextmanager
    def aside(self, point: int, make: Callable[[Listing], Made]) -> Iterator[Callable[[], Made]]:
        """List a point, and make something of the listing, while the caller does something else.

        Give a function that waits for what was made, and returns it. `make` is called by another thread, and may use
        no gateway to the host but `aside`: the others are busy.
        """
        night = self._night
        try:
            self._must_be_listable(point)
        except (FindingsError, NotProvenError):
            yield lambda: make(self.of(point))  # which raises it again, for whoever waits
            return
        client, self._aside = night.host.duplicity_aside(night.job), point
        with ThreadPoolExecutor(1) as aside:
            listed = aside.submit(_listed, client, night.job, point)
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
        known = self._night.ledger.paths_of(point)
        return len(self.of(point)) if known is None else known

    def point_before(self, point: int) -> int | None:
        """Return the point before another one, None where there is none."""
        return max((each for each in self._night.points if each < point), default=None)

    def archive_of(self, point: int) -> Archive:
        """Return duplicity's archive that is complete for a point once it was listed."""
        host, names = self._night.host, names_of(self._night.job)
        if point == self._aside:
            return Archive(host.aside, aside_of(host.archive), names)
        return Archive(host.main, host.archive, names)

    def _noted(self, point: int, result: ListResult, listing: Listing) -> Listing:
        lies = self._night.destination.is_seen and self._night.destination.chains.leading_to(point)
        damaged = None if result.ok else _DAMAGED.search(result.log)
        if lies and not result.ok:
            self._must_read_manifests(point)
        if lies and damaged:
            self._tell_damaged(point, damaged["name"] or "", result)
        self._night.ran(result)
        self._night.ledger.note_point(point, len(listing))
        return listing

    def _must_read_manifests(self, point: int) -> None:
        """Raise where manifests that duplicity copies before it lists a point cannot be read: they are the cause."""
        there = self._night.destination
        unread = {span for span, manifest in there.manifests.items() if isinstance(manifest, Unread)}
        if there.chains.locked_for(point, unread, there.stored):
            raise NotProvenError(f"the point of {moment(point)} cannot be listed: see chain-complete")

    def _tell_damaged(self, point: int, name: str, result: ListResult) -> NoReturn:
        """Raise of signatures that duplicity cannot read, which are all that a listing is made of; once a night."""
        there = self._night.destination
        damaged = [each for each in there.stored.sets if each.signatures and self._bad([each])]
        if there.chains.locked_for(point, {each.span for each in damaged}, there.stored):
            self._tell_bad(point, self._bad(damaged))
        if self._damaged:
            raise NotProvenError(f"the point of {moment(point)} cannot be listed: see signatures-complete")
        self._damaged = True
        raise FindingsError((unreadable_signatures(there.chains, point, name, result.ending),))

    def _must_be_listable(self, point: int) -> None:
        """Raise where signatures are lost that a listing is made of: duplicity would list an older point."""
        night, there = self._night, self._night.destination
        _ = night.status  # without which a listing would fail by another check
        if not there.is_seen:
            return
        bad = self._bad(there.chains.leading_to(point))
        if bad:
            self._tell_bad(point, bad)

    def _bad(self, sets: Iterable[StoredSet]) -> set[str]:
        """Return the names of the signatures of sets that are lost or damaged, as far as their size tells it."""
        there = self._night.destination
        return bad_signatures(sets, there.stored, there.remembered_sizes)

    def _tell_bad(self, point: int, bad: set[str]) -> None:
        """Raise of bad signatures, once a night, where there are findings of them."""
        night, there = self._night, self._night.destination
        found = signature_findings(there.stored, there.chains, there.remembered_sizes)
        found = [each for each in found if each.path in bad]
        if found and {each.path for each in found} <= night.blamed:
            raise NotProvenError(f"the point of {moment(point)} cannot be listed: see signatures-complete")
        if found:
            raise FindingsError(tuple(found))


def _listed(client: Duplicity, job: Job, point: int) -> tuple[ListResult, Listing]:
    progress.say(f"listing the point of {moment(point)}")
    result = client.list_current_files(job.destination, at=point)
    return result, Listing(result.stdout if result.ok else b"")
