"""Which paths of a listing to restore: some at random, and one for each stratum that has none among those.

A stratum is a group of paths that are alike: in one folder, of one age or size, or changed by one incremental.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

DAY = 86_400
AGES = (1, 7, 30, 365)  # days that divide young from old
CANDIDATES = 5  # for each stratum, of which the one with the oldest proof is taken

Stratum = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A path of a listing that nothing is below: a file, a link, an empty folder."""

    path: bytes
    time: int  # of its modification, in seconds since the epoch


@dataclass(frozen=True)
class Sample:
    """What was drawn, at random and in that order, and one for each stratum besides."""

    at_random: tuple[bytes, ...]
    for_strata: tuple[bytes, ...]


def leaves(listing: Iterable[tuple[bytes, int]]) -> Iterator[Leaf]:
    """Given a listing in path order, yield its leaves."""
    before: tuple[bytes, int] | None = None
    for path, time in listing:
        if before and not path.startswith(before[0] + b"/"):
            yield Leaf(*before)
        before = (path, time) if path else None
    if before:
        yield Leaf(*before)


def strata_of(leaf: Leaf, point: int, position: int, size: int | None) -> Iterator[Stratum]:
    """Given a leaf, yield the strata that it is in: folder, age, position in the chain, and size where it is known.

    `point` is the point's time; `position` that of the incremental which changed the leaf last, 0 for
    the full backup; `size` is in bytes.
    """
    yield "folder", leaf.path.partition(b"/")[0] if b"/" in leaf.path else b""
    yield "age", sum(point - leaf.time > days * DAY for days in AGES)
    yield "position", position
    if size is not None:
        yield "size", len(str(size))  # by powers of ten


def draw(
    listing: Iterable[tuple[bytes, int]],
    population: int,
    size: int,
    draw: random.Random,
    *,
    strata: Callable[[Leaf], Iterable[Stratum]],
    proven: Callable[[list[bytes]], dict[bytes, float]],
) -> Sample:
    """Given a listing, draw `size` of its `population` leaves at random, then one for each stratum that has none.

    The listing is gone through once and never held. `proven` says when paths were proven last; of
    a stratum's candidates the one that never was, or longest ago, is taken. There are at most half
    as many for strata as at random.
    """
    order = draw.sample(range(population), min(size, population))
    wanted = {index: place for place, index in enumerate(order)}
    at_random: list[bytes] = [b""] * len(order)
    met, candidates = set[Stratum](), dict[Stratum, list[bytes]]()
    seen: dict[Stratum, int] = {}
    for index, leaf in enumerate(leaves(listing)):
        of = list(strata(leaf))
        if index in wanted:
            at_random[wanted[index]] = leaf.path
            met.update(of)
        for stratum in of:
            seen[stratum] = seen.get(stratum, 0) + 1
            _keep(candidates.setdefault(stratum, []), leaf.path, seen[stratum], draw)
    missing = [stratum for stratum in candidates if stratum not in met][: (size + 1) // 2]
    when = proven([path for stratum in missing for path in candidates[stratum]])
    chosen = dict.fromkeys(min(candidates[each], key=lambda path: when.get(path, 0.0)) for each in missing)
    return Sample(tuple(at_random), tuple(chosen))


def _keep(kept: list[bytes], path: bytes, seen: int, draw: random.Random) -> None:
    """Keep a few of all paths that come by, each as likely as any other."""
    if len(kept) < CANDIDATES:
        kept.append(path)
    elif (place := int(draw.random() * seen)) < CANDIDATES:  # as `randrange`, which takes ten times as long
        kept[place] = path
