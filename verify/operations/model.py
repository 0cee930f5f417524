"""The model: which points were taken when, and what retention left of them, by duplicity's rules.

The rules were read in duplicity(1) and measured with 3.2.1; `tests/suite/test_operations.py` holds duplicity to them.
"""

from dataclasses import dataclass, field

DAY = 86_400  # seconds
BEGUN = 1_704_067_200  # 2024-01-01T00:00:00Z


@dataclass(frozen=True, slots=True)
class Taken:
    """A point that was taken: the number of its tree, when, in seconds since the epoch, and whether by a full."""

    number: int
    time: int
    full: bool


@dataclass
class Past:
    """What a destination has been through. `now` is the time by the clock that duplicity is told."""

    chains: list[list[Taken]] = field(default_factory=list)
    removed: list[Taken] = field(default_factory=list)
    now: int = BEGUN

    @property
    def kept(self) -> list[Taken]:
        """The points that are there, oldest first."""
        return [taken for chain in self.chains for taken in chain]

    def take(self, number: int, *, full: bool) -> Taken:
        """Note that a point of a tree was taken now: the first one is always a full. Return it."""
        taken = Taken(number, self.now, full=full or not self.chains)
        if taken.full:
            self.chains.append([taken])
        else:
            self.chains[-1].append(taken)
        return taken

    def full_is_due(self, days: int) -> bool:
        """Return whether `--full-if-older-than` so many days makes the next backup a full."""
        return not self.chains or self.chains[-1][0].time < self.now - days * DAY

    def remove_older_than(self, time: int) -> None:
        """Note that chains which ended before a time are removed; the newest one never is."""
        old = [chain for chain in self.chains[:-1] if chain[-1].time < time]
        self._remove([taken for chain in old for taken in chain])

    def remove_all_but_n_full(self, count: int) -> None:
        """Note that only the last chains are kept, so many of them."""
        if count <= len(self.chains):
            self.remove_older_than(self.chains[-count][0].time)

    def remove_all_inc_of_but_n_full(self, count: int) -> None:
        """Note that only the last chains, so many of them, keep their incrementals."""
        if count <= len(self.chains):
            self._remove([taken for chain in self.chains[:-count] for taken in chain[1:]])

    def _remove(self, gone: list[Taken]) -> None:
        self.removed += gone
        self.chains = [left for chain in self.chains if (left := [taken for taken in chain if taken not in gone])]

    def given_at(self, time: int) -> Taken:
        """Given a time, return the point that a restore of it gives: the newest before, else the oldest of all."""
        before = [taken for taken in self.kept if taken.time <= time]
        return before[-1] if before else self.kept[0]
