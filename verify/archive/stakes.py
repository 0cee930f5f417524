"""What is at stake where sets are lost or damaged: which points, which one is the last good one, and what mends it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from verify.archive.chains import Chains
from verify.archive.names import Span
from verify.archive.sets import Stored, StoredSet
from verify.durations import moment

FULL_NOW = "take a full backup now, `duplicity full SRC DST`: what is lost does not come back by itself"
CLEAN_UP = "`duplicity cleanup --force DST` removes what is left of the broken ones"


@dataclass(frozen=True)
class Points:
    """The points at a destination, oldest first: which come back whole, and all that were taken."""

    good: Sequence[StoredSet]
    every: Sequence[StoredSet]

    def lost_by(self, bad: Container[Span], chains: Chains) -> list[StoredSet]:
        """Given sets that are bad, return the points that do not come back whole for that."""
        return [each for each in self.every if each.span in bad or _needs(chains, each, bad)]

    def stake(self, lost: Sequence[StoredSet]) -> str:
        """Given the points that are lost, say so, and which is the last good one."""
        return f"{_lost(lost)}; {self._left(lost)}"

    def is_behind(self, lost: Sequence[StoredSet]) -> bool:
        """Return whether a point that comes back whole is newer than all that are lost."""
        return bool(self.good) and self.good[-1].span.end > max((each.span.end for each in lost), default=0)

    def _left(self, lost: Sequence[StoredSet]) -> str:
        if not self.good:
            return "no point is left that comes back whole"
        newest = moment(self.good[-1].span.end)
        if self.is_behind(lost):
            return f"the newest chain, up to {newest}, is whole"
        return f"the last good point is of {newest}"

    def mend(self, lost: Sequence[StoredSet], chains: Chains) -> str:
        """Given the points that are lost, return the command that makes the next night quiet."""
        if not self.is_behind(lost):
            return FULL_NOW
        first = min((each.span.end for each in lost), default=0)
        if not any(chain.covers(first) for chain in chains.chains):
            return CLEAN_UP
        return f"{remove_before(first, chains)} (`cleanup` leaves it)"


def remove_before(time: int, chains: Chains) -> str:
    """Given a time in a chain that is broken, return the command that removes that chain."""
    newer = sum(chain.start > time for chain in chains.chains)
    return f"`duplicity remove-all-but-n-full {max(newer, 1)} --force DST` removes the broken chain and all before it"


def points_of(stored: Stored, chains: Chains, bad: Container[Span]) -> Points:
    """Given what lies there, and the sets that are lost or damaged, return the points."""
    good = [each for each in stored.points if chains.reaches(each) and not _needs(chains, each, bad)]
    return Points(good, [each for each in stored.sets if each.is_listed])


def _needs(chains: Chains, point: StoredSet, bad: Container[Span]) -> bool:
    return any(each.span in bad for each in chains.at(point.span.end).sets)


def _lost(lost: Sequence[StoredSet]) -> str:
    ends = sorted(each.span.end for each in lost)
    if not ends:
        return "no other point needs it"
    if len(ends) == 1:
        return f"the point of {moment(ends[0])} does not come back whole"
    return f"{len(ends):,} points, from {moment(ends[0])} to {moment(ends[-1])}, do not come back whole"
