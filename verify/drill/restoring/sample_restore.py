"""Restoring a sample: paths of one point, chosen under a budget, restored and compared."""

import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby

from verify.archive.sets import Object
from verify.checks import Finding
from verify.drill.ledger.ledger import Ledger
from verify.drill.points.listing import Listing
from verify.drill.restoring.comparing import Comparison, Yardstick
from verify.drill.restoring.cover import cheapest_cover
from verify.drill.restoring.needs import Needs
from verify.drill.restoring.restorer import RestoredPath, Restorer
from verify.drill.restoring.sampling import Leaf, Stratum, draw
from verify.durations import moment
from verify.onsite.blocks import order_of, paths_in
from verify.plurals import counted
from verify.trees import Inventory
from verify.trees.inventory import Block

Orders = dict[bytes, list[Block]]  # by a path, what is listed at and in it, as `order_of` packs it

NEVER = 1 << 62  # bytes, which no budget has
AGAIN = 1.2  # times the volumes that restores need, which they download at the most
MB = 10**6  # bytes
BROKEN = 3  # failed restores, after which no more are tried


@dataclass(frozen=True)
class RestorePoint:
    """A point that is restored from: its time, what duplicity lists of it, and what its restores download.

    `can_name` says whether duplicity can be told to restore a path alone.
    """

    time: int
    listing: Listing
    needs: Needs
    strata: Callable[[Leaf], Iterable[Stratum]]
    can_name: Callable[[bytes], bool]

    @property
    def population(self) -> int:
        """How many leaves are listed."""
        return self.listing.leaves

    def named(self, path: bytes) -> bytes:
        """Given a path, return what is restored for it: itself, or the nearest folder that can be named."""
        while not self.can_name(path):
            path = path.rpartition(b"/")[0]
        return path


@dataclass(frozen=True)
class RestoreChoice:
    """What to restore of a point: folders and files that hold the first of those drawn, and all that must be.

    `lost` are those of both that need a spoiled volume: they cannot be restored, and count as bad. `wanted` is how
    many bytes it takes to restore at least one at random besides; 0 where none was asked for. `must` are the paths
    that are restored whatever it costs.
    """

    point: RestorePoint
    drawn: Sequence[bytes]  # of its leaves at random, in that order
    cover: Sequence[bytes]
    cost: int  # bytes that restoring the cover downloads
    lost: frozenset[bytes] = frozenset()
    wanted: int = 0
    must: tuple[bytes, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether the point is restored as a whole."""
        return list(self.cover) == [b""]


@dataclass
class RestoreOutcome:
    """What came of restoring a choice. `comparison` waits until the last restore is compared."""

    chosen: RestoreChoice
    restored: list[RestoredPath] = field(default_factory=list)
    compared: list[Future[Comparison]] = field(default_factory=list)

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison of all that was restored, with the findings about restores that failed."""
        whole = Comparison([each.finding for each in self.restored if each.finding])
        for each in self.compared:
            whole.add(each.result())
        return whole

    @property
    def drawn(self) -> int:
        """How many of those drawn were restored before the first that was not: only these are a random sample."""
        if self.chosen.is_everything:
            return self.chosen.point.population if self.restored else 0
        for number, path in enumerate(self.chosen.drawn):
            if path not in self.chosen.lost and not self._is_tried(path):
                return number
        return len(self.chosen.drawn)

    @property
    def bad(self) -> int:
        """How many of `drawn` came back changed, or not at all."""
        failed = [*self.chosen.lost, *(each.path for each in self.restored if each.finding)]
        if self.chosen.is_everything:
            return self.chosen.point.population if failed else len(self.comparison.bad_leaves)
        drawn = self.chosen.drawn[: self.drawn]
        return sum(path in self.comparison.bad or any(_holds(each, path) for each in failed) for path in drawn)

    @property
    def left(self) -> list[bytes]:
        """What had to be restored, and for want of time was not tried."""
        return [path for path in self.chosen.must if not (path in self.chosen.lost or self._is_tried(path))]

    def _is_tried(self, path: bytes) -> bool:
        return any(_holds(each.path, path) for each in self.restored)

    @property
    def volumes(self) -> Iterator[bytes]:
        """The paths whose restore succeeded, and with it the hashes of all volumes that it needed."""
        return (each.path for each in self.restored if not each.finding)


def choose(
    point: RestorePoint, size: int, must: Iterable[bytes], *, budget: int, draw_: random.Random, ledger: Ledger
) -> RestoreChoice:
    """Given a point, draw paths to restore at random, as many of them as the budget in bytes allows.

    Each restore downloads whole volumes. Paths that would have the same ones downloaded again and again end the draw
    as well: all restores together download no more than `AGAIN` times the volumes that they need.

    What must be restored is taken whatever it costs. The first path that does not fit ends the draw. It is not
    skipped: else paths that cost much would never be drawn, and the sample would not be one of all paths.
    """
    sample = draw(point.listing, point.population, size, draw_, strata=point.strata, proven=ledger.paths_proven)
    fixed, needs = list(must), point.needs
    named = {path: point.named(path) for path in (*fixed, *sample.at_random, *sample.for_strata)}
    lost = frozenset(path for path in (*fixed, *sample.at_random) if needs.is_spoiled(named[path]))

    def price(count: int, strata: int = 0) -> tuple[list[bytes], int]:
        wanted = (*fixed, *sample.at_random[:count], *sample.for_strata[:strata])
        cover = cheapest_cover([named[path] for path in wanted if not needs.is_spoiled(named[path])], cost)
        return cover, sum(map(needs.bytes, cover))

    def cost(path: bytes) -> int:
        return NEVER if needs.is_spoiled(path) else needs.bytes(path)

    def fits(count: int, strata: int = 0) -> bool:
        cover, bytes_ = price(count, strata)
        return bytes_ <= min(budget, AGAIN * needs.bytes_of_all(cover))

    count = _most(len(sample.at_random), fits)
    strata = _most(len(sample.for_strata), partial(fits, count))
    cover, bytes_ = price(count, strata)
    order = {path: number for number, path in enumerate(sample.at_random)}
    first = {each: min((n for path, n in order.items() if _holds(each, path)), default=len(order)) for each in cover}
    drawn = sample.at_random[:count]
    cover.sort(key=lambda each: first[each])
    wanted = price(1)[1] if sample.at_random else 0
    return RestoreChoice(point, drawn, cover, bytes_, lost & {*fixed, *drawn}, wanted, tuple(fixed))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to a limit that fits, where each smaller one does too; 0 if none does."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def carry_out(
    check: str,
    chosen: RestoreChoice,
    restorer: Restorer,
    yardstick: Yardstick,
    comparing: Executor,
    *,
    into: str,
    keep: bool,
) -> RestoreOutcome:
    """Restore what was chosen to paths below the folder `into`, and wipe each unless it is kept.

    `comparing` runs the comparisons, while the next path is restored.
    """
    outcome, point, source = RestoreOutcome(chosen), chosen.point, yardstick.source
    sizes = {path: source.total_size(path) if source else None for path in chosen.cover}
    with ThreadPoolExecutor(1) as beside:  # reads the listing and the source while duplicity restores
        listed = beside.submit(_listed, point, chosen.cover)

        def expected_at(path: bytes) -> Inventory:
            return yardstick.expectation(path, point.time, {b"", *paths_in(_order(listed, path))})

        def compared(restored: RestoredPath, expected: Future[Inventory]) -> Comparison:
            return yardstick.compare(check, restored.inventory, expected.result(), restored.path, point.time)

        for path in chosen.cover:
            if restorer.time_left <= 0 or sum(each.finding is not None for each in outcome.restored) >= BROKEN:
                break
            size, order = sizes[path], partial(_order, listed, path)
            expected = beside.submit(expected_at, path)
            restored = restorer.restore(check, path, point.time, point.needs, into=into, size=size, order=order)
            if restored is None:
                break
            outcome.restored.append(restored)
            if not restored.finding:
                outcome.compared.append(comparing.submit(compared, restored, expected))
            if not keep or restored.finding:
                restorer.wipe(restored.target)
            if restored.result.timed_out:
                break  # the next one would hang as well
    return outcome


def _order(listed: Future[Orders], path: bytes) -> list[Block]:
    return listed.result()[path]


def everything(point: RestorePoint) -> RestoreChoice:
    """Given a point, return the choice of all that it holds."""
    return RestoreChoice(point, (), [b""], point.needs.bytes(b""))


def none_at_random(chosen: RestoreChoice, outcome: RestoreOutcome | None, budget: int) -> str:
    """Given a choice, what came of it, and its budget in bytes, return why nothing at random was restored.

    Empty where something was, or where only what must be restored was wanted. Else nothing can be said of all paths.
    """
    point = chosen.point
    if outcome and (outcome.drawn or not chosen.wanted):
        return ""
    if not point.population:
        return f"the backup of {moment(point.time)} is empty"
    none = (
        f"none of the {counted(point.population, 'path')} of the point of {moment(point.time)} was restored at random: "
    )
    if chosen.drawn:
        return f"{none}the time was used up before; raise --minutes"
    if not chosen.wanted:
        return f"{none}the policy says restore_samples = 0, and names nothing in must_restore"
    left = f"{max(budget, 0) / MB:,.1f} MB of the budget were left"
    return f"{none}the first would download {chosen.wanted / MB:,.1f} MB, and {left}; raise --budget"


def missing_findings(must: Iterable[bytes], listing: Listing, check: str) -> list[Finding]:
    """Given what must be restored and a listing, return a finding for each path that is not in it."""
    wanted = set(must)
    if wanted:
        wanted -= {path for path, _ in listing if path in wanted}
    hint = "must_restore names it: correct the path, or find out since when the job excludes it"
    return [Finding(check, os.fsdecode(path), "in the newest backup", "not in it", hint) for path in sorted(wanted)]


def volumes_of(outcome: RestoreOutcome, needs: Needs) -> list[Object]:
    """Given an outcome, return the volumes that duplicity downloaded, hashed and used without complaint."""
    return list({each.name: each for path in outcome.volumes for each in needs.objects(path)}.values())


def _listed(point: RestorePoint, cover: Iterable[bytes]) -> Orders:
    """Given paths of a point, none in another, return what is listed at and in each, relative to it."""
    orders: Orders = {path: [] for path in cover}

    def above(path: bytes) -> bytes | None:
        while path and path not in orders:
            path = path.rpartition(b"/")[0]
        return path if path in orders else None

    for folder, paths in groupby((path for path, _ in point.listing), above):
        if folder is not None:
            orders[folder] = order_of(path[len(folder) + 1 :] if folder else path for path in paths)
    return orders


def _holds(folder: bytes, path: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")
