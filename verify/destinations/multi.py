"""Looking at several stores behind one URL, as duplicity's `multi:` backend has them: at each alone.

`mirror`s hold the same files each; a file is read from the first that lists it. `stripe`s hold the files between them.
Where a store holds what duplicity does not read, that is a copy of it.
"""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from packaging.version import Version

from verify.archive.sets import Object
from verify.destinations.host_files import HostFiles
from verify.destinations.opening import view_of
from verify.destinations.own_backend import Looking
from verify.destinations.view import Hashed, NoView, RefusedError, View
from verify.errors import CannotRunError
from verify.job import Job
from verify.job.credentials import Value, guarded
from verify.job.destination.multi import MULTI, MultiStore, MultiUrl, read_multi, stores_in
from verify.job.destination.schemes import scheme_of

Answer = TypeVar("Answer")
# Given a job, and variables that it has besides, returns what looks at its destination.
LookingAt = Callable[[Job, Mapping[str, Value]], Looking | None]


@dataclass(frozen=True)
class MultiPlace:
    """A store, and its name in a sentence, without secrets. `prefixes` are those of the names that it is for."""

    name: str
    view: View
    prefixes: tuple[str, ...] = ()

    def asked(self, question: Callable[[View], Answer]) -> Answer:
        """Ask of its view; where that fails, it is named."""
        with self.named():
            return question(self.view)

    @contextlib.contextmanager
    def named(self) -> Iterator[None]:
        """Name it in what is raised meanwhile."""
        try:
            yield
        except RefusedError as refused:
            raise RefusedError(f"{self.name}: {refused.got}", refused.hint) from None
        except CannotRunError as error:
            raise CannotRunError(f"{self.name}: {error}") from None


@dataclass(frozen=True, slots=True)
class MirrorCopy:
    """A file that lies in a mirror besides the one that duplicity reads it from; its `stored.name` is of its own."""

    of: str
    place: str
    stored: Object


class MultiView(View):
    """The view of several stores. `unseen` says why mirrors cannot be looked at, where some cannot."""

    def __init__(self, places: Sequence[MultiPlace], mode: str, unseen: Sequence[str] = ()) -> None:
        self._places, self.mode, self.unseen = places, mode, tuple(unseen)
        self._lying: Mapping[str, Mapping[str, Object]] = {}  # by the place's name and the object's
        self.seen_by = f"a look at each of {len(places)} {mode}s"

    @property
    def downloaded(self) -> int:  # type: ignore[override]  # where others count, it sums up
        """How many bytes were downloaded from all of them, so far."""
        return sum(each.view.downloaded for each in self._places)

    def objects(self) -> list[Object]:
        """Return the files there, each as the store has it that duplicity reads it from."""
        self._lying = {
            each.name: {one.name: one for one in each.asked(lambda view: view.objects())} for each in self._places
        }
        names = sorted({name for lying in self._lying.values() for name in lying})
        return [self._lying[place.name][name] for name in names if (place := self._holder(name))]

    def place_of(self, name: str) -> str:
        """Return the name of the store that duplicity reads a file from; empty where none has it."""
        holder = self._holder(name)
        return holder.name if holder else ""

    def places_for(self, name: str) -> list[str]:
        """Return the names of the stores that a file may lie in: with mirrors, of those that it has to lie in."""
        return [each.name for each in self._for(name)]

    def copies(self, name: str) -> list[MirrorCopy]:
        """Return the copies of a file in other mirrors than the one that duplicity reads it from."""
        there = [each for each in self._for(name) if name in self._lying[each.name]] if self._is_mirrored else []
        return [
            MirrorCopy(name, each.name, replace(stored, name=f"{name} in {each.name}"))
            for each in there[1:]
            if (stored := self._lying[each.name][name])
        ]

    def lacking(self, name: str) -> list[str]:
        """Return the names of the mirrors that lack a file which has to lie in each."""
        return (
            [each.name for each in self._for(name) if name not in self._lying[each.name]] if self._is_mirrored else []
        )

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        place, there = self._found(name)
        return place.asked(lambda view: view.read(there))

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces."""
        place, there = self._found(name)
        with place.named():
            yield from place.view.fetch(there)

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of each file that is there."""
        found: dict[str, bytes] = {}
        for place, those in self._by_place(names):
            found |= place.asked(lambda view, those=those: view.read_all(those))  # type: ignore[misc]
        return found

    def digest(self, name: str, algorithm: str) -> tuple[str, int]:
        """Return a file's or a copy's digest and size."""
        place, there = self._found(name)
        return place.asked(lambda view: view.digest(there, algorithm))

    def digests(self, wanted: Sequence[tuple[str, str]], deadline: float) -> Iterator[tuple[str, Hashed]]:
        """Yield the digest of each file or copy, as `View` says."""
        by_place: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        places = {each.name: each for each in self._places}
        for name, algorithm in wanted:
            place, there = self._found(name)
            by_place[place.name].append((there, algorithm, name))
        for where, those in by_place.items():
            asked = {there: name for there, _, name in those}
            pairs = [(there, algorithm) for there, algorithm, _ in those]
            yield from ((asked[there], hashed) for there, hashed in places[where].view.digests(pairs, deadline))

    @property
    def _is_mirrored(self) -> bool:
        return self.mode == "mirror"

    def _for(self, name: str) -> list[MultiPlace]:
        """Return the stores that a file is written to; where prefixes of names are given, they say so."""
        own = [each for each in self._places if any(name.startswith(prefix) for prefix in each.prefixes)]
        return own or list(self._places)

    def _holder(self, name: str) -> MultiPlace | None:
        return next((each for each in self._for(name) if name in self._lying.get(each.name, ())), None)

    def _found(self, name: str) -> tuple[MultiPlace, str]:
        """Return where a file or a copy lies, and its name there. Raise FileNotFoundError where it does not."""
        if holder := self._holder(name):
            return holder, name
        for each in self._places:
            there = name.removesuffix(f" in {each.name}")
            if there != name and there in self._lying.get(each.name, ()):
                return each, there
        raise FileNotFoundError(name)

    def _by_place(self, names: Iterable[str]) -> Iterator[tuple[MultiPlace, list[str]]]:
        there = [(holder, name) for name in names if (holder := self._holder(name))]
        for place in self._places:
            if those := [name for holder, name in there if holder is place]:
                yield place, those


def multi_stores(job: Job, read: Callable[[str], bytes]) -> Sequence[MultiStore]:
    """Given a job, return the stores behind its destination, none where that is no `multi:` URL that duplicity takes.

    `read` gives a file's bytes where duplicity runs. Raise `CannotRunError` where the one that names them cannot be
    read.
    """
    url = read_multi(job.destination) if scheme_of(job.destination) == MULTI else MultiUrl("", refused="none")
    if url.refused:
        return ()
    try:
        return stores_in(read(url.file), url)
    except OSError as error:
        reason, advice = error.strerror or type(error).__name__, "correct DST, or have the file where duplicity runs"
    except json.JSONDecodeError as error:
        reason, advice = f"it is no JSON: {error.msg}, line {error.lineno}", "correct the file"
    except ValueError as error:
        reason, advice = str(error), "correct the file"
    raise CannotRunError(f"the stores of DST={job.printable_destination} cannot be read ({reason}): {advice}")


def multi_view(
    job: Job, files: HostFiles, environment: Mapping[str, str], looking_at: LookingAt, release: Version
) -> MultiView | NoView:
    """Given a job with a `multi:` destination, return the view of it: see `opening.view_of`.

    A stripe that cannot be looked at leaves nothing to be said of all; a mirror, of itself.
    """
    url = read_multi(job.destination)
    if url.refused:
        return NoView(f"duplicity refuses DST: {url.refused}")
    seen, unseen = list[MultiPlace](), list[str]()
    for number, store in enumerate(multi_stores(job, files.get), 1):
        variables = guarded(store.variables)
        own = replace(job, destination=store.url, variables={**job.variables, **variables})
        name = f"{url.mode} {number} ({own.printable_destination})"
        view = view_of(own, files, environment, looking_at(own, variables), release)
        if isinstance(view, NoView):
            unseen.append(f"{name}: {view.why}")
        else:
            seen.append(MultiPlace(name, view, store.prefixes))
    if not seen or (unseen and url.mode == "stripe"):
        return NoView("; ".join(unseen), hides=url.mode == "mirror")
    return MultiView(seen, url.mode, unseen)
