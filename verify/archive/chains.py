"""Which sets duplicity puts into chains, and what it gives for a time: its own rules, followed without it.

As in duplicity/dup_collections.py of 0.8.18 to 3.2.1. tests/differential holds this to duplicity's commands.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum

from packaging.version import Version

from verify.archive.names import Span
from verify.archive.sets import Stored, StoredSet

# Since then a set without a manifest stands in its chain as well, and a restore that reads it ends with an error.
UNFINISHED_IN_CHAINS = Version("3.0.6")


class Refusal(StrEnum):
    """Why duplicity restores nothing for a time."""

    NO_CHAIN = "it finds no backup"
    TWO_CHAINS = "two chains cover that time"
    NO_MANIFEST = "a set that it needs has no manifest"
    LOCKED = "it cannot decrypt what it downloads first"


@dataclass
class StoredChain:
    """A full backup and the incrementals that duplicity adds to it, oldest first.

    `end` is the time up to which it reaches for duplicity, also where that does without the newest set.
    """

    sets: list[StoredSet]
    end: int

    @property
    def start(self) -> int:
        """The full backup's time."""
        return self.sets[0].span.end

    @property
    def listed(self) -> list[StoredSet]:
        """The sets that duplicity counts: not a full backup of which no volume is left (it is empty, so false)."""
        return self.sets if self.sets[0].volumes else self.sets[1:]

    def covers(self, time: int) -> bool:
        """Return whether a time lies between its first point and its last."""
        return self.start <= time <= self.end


@dataclass(frozen=True)
class RestoreAnswer:
    """What duplicity reads to restore a time, the full backup first, or why it refuses."""

    sets: tuple[StoredSet, ...] = ()
    refusal: Refusal | None = None

    @property
    def gives(self) -> StoredSet | None:
        """The set whose point comes back; None where nothing does."""
        return None if self.refusal else self.sets[-1]


@dataclass
class _Signatures:
    """A chain of signatures: the times of its points."""

    times: list[int]


@dataclass
class Chains:
    """What duplicity makes of what lies at a destination.

    `overtaken` are sets that a later one with the same start has replaced, with that one. `orphans` belong to no
    chain. `discarded` is the newest set, where its signatures are lost and those before it are there.
    """

    chains: list[StoredChain] = field(default_factory=list)
    orphans: list[StoredSet] = field(default_factory=list)
    overtaken: list[tuple[StoredSet, StoredSet]] = field(default_factory=list)
    discarded: StoredSet | None = None
    signatures: list[_Signatures] = field(default_factory=list)
    goes_on: bool = False  # whether the next incremental has signatures to go on with

    def at(self, time: int) -> RestoreAnswer:
        """Given a time, return what a restore of it reads."""
        if not self.chains:
            return RestoreAnswer(refusal=Refusal.NO_CHAIN)
        covering = [each for each in self.chains if each.covers(time)]
        if len(covering) > 1:
            return RestoreAnswer(refusal=Refusal.TWO_CHAINS)
        earlier = [each for each in self.chains if each.end < time]
        chain = covering[0] if covering else (earlier or self.chains[:1])[-1]
        sets = (chain.sets[0], *(each for each in chain.sets[1:] if each.span.end <= time))
        return RestoreAnswer(sets, None if all(each.manifest for each in sets) else Refusal.NO_MANIFEST)

    def reaches(self, each: StoredSet) -> bool:
        """Return whether a restore of a set's time gives that set's point."""
        given = self.at(each.span.end).gives
        return given is not None and given.span == each.span

    def leading_to(self, time: int) -> tuple[StoredSet, ...]:
        """Given a point's time, return the sets that its restore reads; none where that gives another point."""
        answer = self.at(time)
        return answer.sets if answer.gives and answer.gives.span.end == time else ()

    def listed(self, time: int) -> tuple[int, ...]:
        """Given a time, return those of the points whose signatures duplicity lists it from; none where it refuses.

        The last one is the point that it lists.
        """
        if not self.signatures:
            return ()
        covering = [each for each in self.signatures if each.times[0] <= time <= each.times[-1]]
        earlier = [each for each in self.signatures if each.times[-1] < time]
        chosen = covering[-1] if covering else (earlier[-1] if earlier else self.signatures[0])
        return (chosen.times[0], *(each for each in chosen.times[1:] if each <= time))

    def covering(self, time: int) -> list[StoredChain]:
        """Return the chains that cover a time."""
        return [each for each in self.chains if each.covers(time)]

    def locked_for(self, time: int, locked: Container[Span], stored: Stored, *, everything: bool = False) -> bool:
        """Return whether a restore of a time ends before it begins, at a set whose manifest it cannot decrypt.

        duplicity copies to its archive what that lacks: what lies between the ends of the chain that it restores
        from, or `everything`, with `--metadata-sync-mode full` and where no single chain covers the time.
        """
        sets = [each for each in stored.sets if each.span in locked and (each.manifest or each.signatures)]
        answer = self.at(time)
        if everything or answer.refusal in (Refusal.NO_CHAIN, Refusal.TWO_CHAINS):
            return bool(sets)
        chain = next(each for each in self.chains if each.sets[0] is answer.sets[0])
        starts = ((each.span.end if each.span.start is None else each.span.start, each.span.end) for each in sets)
        return any(end >= chain.start and start <= chain.end for start, end in starts)


def chains_of(stored: Stored, release: Version) -> Chains:
    """Given what lies there, and a release, return what that makes of it."""
    made = Chains()
    for each in stored.sets:
        if each.is_listed and (each.manifest or release >= UNFINISHED_IN_CHAINS):
            _add(made, each)
    made.chains.sort(key=lambda chain: chain.end)
    made.signatures = sorted(_signatures(stored), key=lambda chain: chain.times[-1])
    _match(made)
    return made


def _add(made: Chains, each: StoredSet) -> None:
    """Add a set to the first chain that takes it, as `BackupChain.add_inc` does."""
    if each.span.is_full:
        made.chains.append(StoredChain([each], each.span.end))
        return
    for chain in made.chains:
        last = chain.sets[-1]
        if chain.end == each.span.start:
            chain.sets.append(each)
        elif not last.span.is_full and last.span.start == each.span.start and each.span.end > last.span.end:
            made.overtaken.append((last, each))
            chain.sets[-1] = each
        else:
            continue
        chain.end = each.span.end
        return
    made.orphans.append(each)


def _signatures(stored: Stored) -> list[_Signatures]:
    """Return the chains of signatures; of two with the same start, the one that is listed first counts."""
    there = [each.span for each in stored.signed]
    chains = [_Signatures([span.end]) for span in there if span.start is None]
    for span in sorted((span for span in there if span.start is not None), key=lambda span: span.start or 0):
        chain = next((each for each in chains if each.times[-1] == span.start), None)
        if chain:
            chain.times.append(span.end)
    return chains


def _match(made: Chains) -> None:
    """Do without the newest set of the newest chain if its signatures are lost, as `set_matched_chain_pair` does.

    That looks for signatures that end where the incremental before it does; it knows no such time of a full.
    """
    if not made.chains:
        return
    newest, ends = made.chains[-1], {each.times[-1] for each in made.signatures}
    made.goes_on = newest.end in ends
    before = newest.listed[-2] if newest.listed[1:] else None
    if not made.goes_on and before and not before.span.is_full and before.span.end in ends:
        made.discarded = newest.sets.pop()
        made.goes_on = True
