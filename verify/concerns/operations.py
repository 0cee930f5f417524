"""Takes a history through operations, and checks after each what must hold."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from verify.checks import Finding, Severity, must_find_nothing
from verify.concerns.chain_upkeep import (
    RERUN_AFTER,
    cut_short,
    in_company,
    lose_archive,
    must_have_been_refused,
    removed,
    status,
)
from verify.concerns.forced_fulls import ForcedFulls
from verify.concerns.listings import listing_findings, verify_findings
from verify.job.options import FORCING, parsed, words_of
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import Point, Taking
from verify.operations import BACKUPS, DAY, Operation, Past, Taken
from verify.trees import Tree

ONE_IN = 16  # one path is restored of one in so many histories: a pack cannot share that command


class Course:
    """One history's trees and a destination, taken through operations; a model says which points must be there.

    Every backup is of the next tree, or of the last one again if there are no more.
    """

    def __init__(self, lab: HistoryLab, trees: Sequence[Tree]) -> None:
        self.past = Past()
        self._lab = lab
        self._trees = trees
        self._chain = lab.new_chain(archive=True)
        self._points: dict[Taken, Point] = {}
        self._lies: Tree | None = None  # in the source
        own = lab.site.sandboxed
        self._forced = ForcedFulls.of(own, lab.release)
        self._own = words_of(each for each in parsed(own.options) if each.name in FORCING)
        self._options = self._own
        self._steps: Mapping[str, Callable[[int], None]] = {
            "full": self._full,
            "incremental": self._incremental,
            "scheduled": self._scheduled,
            "two-at-once": self._two_at_once,
            "killed": self._killed,
            "restore": self._restore,
            "fresh-host": self._fresh_host,
            "restore-path": self._restore_path,
            "verify": self._verify,
            "list": self._list,
            "status": self._status,
            "remove-older-than": self._remove_older_than,
            "remove-all-but-n-full": self._remove_all_but_n_full,
            "remove-all-inc-of-but-n-full": self._remove_all_inc_of_but_n_full,
            "cleanup": self._cleanup,
            "lose-archive": self._lose_archive,
            "volsize": self._volsize,
            "clock": self._clock,
        }

    def run(self, operations: Sequence[Operation]) -> None:
        """Do operations. Raise `FindingsError` as soon as something does not hold."""
        for operation in operations:
            if not (self.past.kept or operation.kind in BACKUPS):
                continue  # there is no backup yet
            self._steps[operation.kind](operation.number)

    def must_have_kept_everything(self) -> None:
        """Raise `FindingsError` unless every kept point can be restored, the newest on a new machine."""
        for taken in self.past.kept:
            self._restored(taken, new_machine=taken is self.past.kept[-1])

    def must_be_without_what_was_removed(self) -> None:
        """Raise `FindingsError` if a removed point comes back, or the sets there are not those that were kept.

        duplicity does not refuse to restore a removed point: it restores another one, which `Past.given_at` names.
        """
        self._status(0)
        if self.past.removed:
            gone, given = self.gone_and_given()
            self._lab.restore(gone).must_equal(given.inventory, check="retention")

    def gone_and_given(self) -> tuple[Point, Point]:
        """Return the last point that was removed, and the one that a restore of it gives."""
        gone = self.past.removed[-1]
        return self._points[gone], self._points[self.past.given_at(gone.time)]

    def _full(self, _number: int) -> None:
        self._back_up(full=True)

    def _incremental(self, _number: int) -> None:
        self._back_up(full=False)

    def _scheduled(self, days: int) -> None:
        self.past.now += DAY
        full = self.past.full_is_due(days)
        self.past.now -= DAY
        self._back_up(full=full, verb_is_full=False, options=(f"--full-if-older-than={days}D",))

    def _two_at_once(self, _number: int) -> None:
        behind = self._lab.once(in_company, self._chain)
        must_have_been_refused(self._back_up(full=False, behind=behind).result)

    def _killed(self, upload: int) -> None:
        """Have a backup killed after an upload, and run it again: the same tree is then stored once or twice."""
        full, known = not self.past.chains, {taken.time for taken in self.past.kept}
        number = self._fill()
        how = Taking(self.past.now, full, self._options)
        self._lab.once(cut_short, self._chain, how, upload)
        self.past.now += RERUN_AFTER
        point = self._lab.take_point(self._chain, replace(how, at=self.past.now))
        now = self.past.now
        for made in self._lab.once(status, self._chain).sets:
            if made.time not in known:  # a resumed one has the time when it began
                self.past.now = made.time
                taken = self.past.take(number, full=made.kind == "full")
                self._points[taken] = replace(point, time=made.time)
        self.past.now = now

    def _back_up(
        self,
        *,
        full: bool,
        verb_is_full: bool | None = None,
        options: tuple[str, ...] = (),
        behind: tuple[str, ...] = (),
    ) -> Point:
        number = self._fill()
        if verb_is_full is None:  # else another --full-if-older-than stands behind the job's own, and counts
            verb, full = full or not self.past.chains, full or self._forced.makes_full(self.past)
        else:
            verb, full = verb_is_full or not self.past.chains, full or self._forced.by_count(self.past)
        how = Taking(self.past.now, verb, (*self._options, *options), behind)
        point = self._lab.take_point(self._chain, how)
        self._points[self.past.take(number, full=full)] = point
        return point

    def _fill(self) -> int:
        """Make the source hold the next tree, a day later; return its number."""
        self.past.now += DAY
        number = min(len(self._points), len(self._trees) - 1)
        self._lab.fill_source(self._trees[number], self._lies)
        self._lies = self._trees[number]
        return number

    def _restore(self, which: int) -> None:
        self._restored(self._kept(which))

    def _fresh_host(self, which: int) -> None:
        self._restored(self._kept(which), new_machine=True)

    def _restore_path(self, which: int) -> None:
        point = self._points[self._kept(which)]
        paths = [seen.path for seen in point.inventory if seen.kind != "socket"]  # which no backup keeps
        path = paths[which % len(paths)]
        if path and point.chain.duplicity.can_name(path) and not zlib.crc32(repr(self._trees).encode()) % ONE_IN:
            self._lab.restore(point, path).must_equal(point.inventory.below(path), check="single-path")

    def _restored(self, taken: Taken, *, new_machine: bool = False) -> None:
        point = self._points[taken]
        self._lab.restore(point, new_machine=new_machine).must_equal(point.inventory)

    def _verify(self, _number: int) -> None:
        newest = self._points[self.past.kept[-1]]
        said = self._lab.verify(newest)
        must_find_nothing(verify_findings(said, newest.inventory, newest.inventory, self._lab.limitations))

    def _list(self, which: int) -> None:
        point = self._points[self._kept(which)]
        must_find_nothing(listing_findings(self._lab.listing(point).paths, point.inventory, self._lab.limitations))

    def _status(self, _number: int) -> None:
        said = [(made.kind, made.time) for made in self._lab.once(status, self._chain).sets]
        kept = [("full" if taken.full else "incremental", taken.time) for taken in self.past.kept]
        if said != kept:
            own = Severity.LOST if set(kept) - set(said) else Severity.AT_RISK  # who keeps too much runs out of room
            must_find_nothing(
                [Finding("retention", "", f"these backups are left: {_told(kept)}", _told(said), severity=own)]
            )

    def _remove_older_than(self, which: int) -> None:
        time = self._kept(which).time
        self._lab.once(removed, self._chain, "remove-older-than", str(time))
        self.past.remove_older_than(time)

    def _remove_all_but_n_full(self, count: int) -> None:
        self._lab.once(removed, self._chain, "remove-all-but-n-full", str(count))
        self.past.remove_all_but_n_full(count)

    def _remove_all_inc_of_but_n_full(self, count: int) -> None:
        self._lab.once(removed, self._chain, "remove-all-inc-of-but-n-full", str(count))
        self.past.remove_all_inc_of_but_n_full(count)

    def _cleanup(self, _number: int) -> None:
        self._lab.once(removed, self._chain, "cleanup")

    def _lose_archive(self, _number: int) -> None:
        self._lab.once(lose_archive, self._chain)

    def _volsize(self, megabytes: int) -> None:
        self._options = (*self._own, f"--volsize={megabytes}")

    def _clock(self, seconds: int) -> None:
        self.past.now += seconds

    def _kept(self, which: int) -> Taken:
        return self.past.kept[which % len(self.past.kept)]


def _told(sets: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{kind} of {time}" for kind, time in sets) or "none"
