"""The walk: which paths of a listing a rule set includes."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from verify.errors import CannotRunError
from verify.selection.conditions import Entry, Scene
from verify.selection.matching import Asked, Inherited, inherited
from verify.selection.rules import RuleSet


class Decision(NamedTuple):
    """Whether a path is in the backup, the index of the rule that decided (None: none did), and why."""

    entry: Entry
    included: bool
    rule: int | None
    why: str

    @property
    def path(self) -> bytes:
        """The path, relative to the source."""
        return self.entry.path


@dataclass(slots=True)
class _Folder:
    """A folder, and what there is to know about the paths in it.

    `prefix` is the full name of the folder with a slash. `asked` are the rules that can say something
    about the paths in it. `closed` is the decision that keeps duplicity from looking into it.
    `waiting` is the decision on the folder itself as long as it hangs on what is found below.
    `implied` says that the listing leaves it out.
    """

    prefix: str
    parent: "_Folder | None"
    asked: Asked
    closed: Decision | None
    waiting: Decision | None
    implied: bool


def select(entries: Iterable[Entry], rules: RuleSet) -> Iterator[Decision]:
    """Given a listing and rules, yield a decision for each path of the listing.

    A folder comes before what is in it; one that the listing does not name is assumed to be there. The
    decision on a folder that is only included for what is in it comes with the first such path,
    or last. The listing is held in memory only where --exclude-if-present must know it beforehand
    and `entries` cannot be iterated twice. Raise `CannotRunError` on a listing out of order.
    """
    return iter(Walk(entries, rules))


class Walk:
    """One pass of a rule set over a listing.

    `rules` are those it was given. `shadowed` fills while it goes: by the index of a rule that matched
    paths and had not decided any, the indexes of the rules that did. `scene` is complete with the first
    decision.
    """

    def __init__(self, entries: Iterable[Entry], rules: RuleSet) -> None:
        """Given a listing and rules, prepare the pass."""
        self.rules = rules
        self._entries = list(entries) if rules.markers and iter(entries) is entries else entries
        self._folders: dict[bytes, _Folder] = {}
        self._asked: dict[tuple[tuple[int, bool], ...], Asked] = {}
        self._missing = set(rules.listed or ())
        self._idle = {rule.index for rule in rules.rules}
        self._noted = 0
        self._unnoted: dict[tuple[Asked, int], tuple[int, Asked]] = {}
        self.shadowed: dict[int, set[int]] = {}
        self.scene = Scene(holders=_holders(rules.markers, self._entries))

    def __iter__(self) -> Iterator[Decision]:
        for entry in self._entries:
            yield from self._decided(entry)
        yield from self._settled_by_missing()
        for folder in self._folders.values():
            if folder.waiting and not folder.implied:
                yield folder.waiting._replace(included=False, why=f"{folder.waiting.why}; nothing in it is included")

    def _decided(self, entry: Entry, *, implied: bool = False) -> list[Decision]:
        """Return what the entry settles, and the decision on it unless it waits or is only implied."""
        decided: list[Decision] = []
        parent = None
        if entry.path:
            above = entry.path.rpartition(b"/")[0]
            if above not in self._folders:
                decided = self._decided(Entry(above, "dir"), implied=True)
            parent = self._folders[above]
        decision, waits = self._decision(entry, parent)
        if entry.kind == "dir":
            self._enter(decision, parent, waits=waits, implied=implied)
        if decision.included and parent and parent.waiting:
            decided += _settled(parent)
        if not (waits or implied):
            decided.append(decision)
        return decided

    def _decision(self, entry: Entry, parent: _Folder | None) -> tuple[Decision, bool]:
        """Return the decision on the entry, and whether it waits for what is found below it."""
        if parent is None:
            self.scene = replace(self.scene, device=entry.device)
            return Decision(entry, True, None, "the source itself is always included"), False
        self._missing.discard(entry.path)
        name = parent.prefix + entry.path.rpartition(b"/")[2].decode(errors="surrogateescape")
        decision, waits = self._first_word(entry, name, parent)
        if decision.rule is not None and self._idle:
            self._note(decision.rule, entry, name, parent.asked)
        return decision, waits

    def _settled_by_missing(self) -> Iterator[Decision]:
        """Yield the folders that are included for a path in them that --files-from names and does not exist.

        duplicity finds out that it does not exist only after the walk (seen).
        """
        for path in sorted(self._missing):
            parent = self._folders.get(path.rpartition(b"/")[0])
            if parent:
                decision, _ = self._ruling(Entry(path, "missing"), self.rules.name_of(path), parent)
                if decision.included:
                    yield from _settled(parent)

    def _first_word(self, entry: Entry, name: str, parent: _Folder) -> tuple[Decision, bool]:
        if parent.closed:
            return Decision(entry, False, parent.closed.rule, parent.closed.why), False
        refusal = self._refusal(entry)
        if refusal:
            return Decision(entry, False, None, refusal), False
        decision, scanned = self._ruling(entry, name, parent)
        if not entry.readable and entry.kind in {"file", "dir"} and (decision.included or scanned):
            return Decision(entry, False, None, "the user that duplicity runs as cannot read it"), False
        if scanned and entry.kind != "dir":
            # Not even a later rule, or the default, takes it: seen, and against the man page's
            # "If no selection conditions match a given file, then the file is implicitly included".
            return decision._replace(why=f"{decision.why}, but it is no folder"), False
        return decision, scanned

    def _refusal(self, entry: Entry) -> str:
        if self.rules.listed is not None and entry.path not in self.rules.listed:
            return "--files-from does not name it"
        return "duplicity backs up no sockets" if entry.kind == "socket" else ""

    def _ruling(self, entry: Entry, name: str, parent: _Folder) -> tuple[Decision, bool]:
        """Return what the rules say, and whether it is no more than to look below the entry.

        The first rule that matches decides, but for one case: an inclusion that may match below
        the path and comes before an exclusion of the path, or before the default.
        """
        word = parent.asked.first(name, entry, self.scene)
        if word is None:
            return Decision(entry, True, None, "no rule matches it"), False
        if not word.matches:
            match = parent.asked.match(name, entry, self.scene)
            if match is None or not match.rule.include:
                return Decision(entry, False, word.rule.index, word.why), True
            word = match
        return Decision(entry, word.rule.include, word.rule.index, word.why), False

    def _note(self, decided: int, entry: Entry, name: str, asked: Asked) -> None:
        """Note which rules that have decided nothing yet would have decided here if an earlier rule had not."""
        if decided in self._idle:
            self._idle.remove(decided)
            self._noted += 1
        while match := self._unnoted_of(asked, decided).match(name, entry, self.scene):
            self.shadowed.setdefault(match.rule.index, set()).add(decided)
            self._noted += 1

    def _unnoted_of(self, asked: Asked, decided: int) -> Asked:
        """Return those of the rules that there is something to note of where a rule has decided."""
        noted, unnoted = self._unnoted.get((asked, decided), (-1, asked))
        if noted != self._noted:
            unnoted = self._asking(tuple(rule for rule in asked.rules if self._is_unnoted(rule.rule.index, decided)))
            self._unnoted[asked, decided] = self._noted, unnoted
        return unnoted

    def _is_unnoted(self, rule: int, decided: int) -> bool:
        return rule in self._idle and decided not in self.shadowed.get(rule, ())

    def _enter(self, decision: Decision, parent: _Folder | None, *, waits: bool, implied: bool) -> None:
        path = decision.path
        if path in self._folders:
            where = path.decode(errors="backslashreplace")
            raise CannotRunError(f"The listing names the folder {where!r} twice, or after a path in it; sort it.")
        name = self.rules.name_of(path)
        rules = parent.asked.rules if parent else map(Inherited, self.rules.rules)
        self._folders[path] = _Folder(
            prefix=name.removesuffix("/") + "/",
            parent=parent,
            asked=self._asking(inherited(rules, name)),
            closed=None if decision.included or waits else _closing(decision, parent),
            waiting=decision if waits else None,
            implied=implied,
        )

    def _asking(self, rules: tuple[Inherited, ...]) -> Asked:
        """Return rules ready to be asked; folders with the same rules share one object."""
        key = tuple((rule.index, everywhere) for rule, everywhere in rules)
        return self._asked.setdefault(key, Asked(rules))


def _closing(decision: Decision, parent: _Folder | None) -> Decision:
    """Return the decision for all that is in a folder which is excluded."""
    if parent and parent.closed:
        return parent.closed
    folder = decision.path.decode(errors="backslashreplace")
    return decision._replace(why=f"it is in {folder}, which is excluded: {decision.why}")


def _settled(folder: _Folder | None) -> list[Decision]:
    """Return the decisions on folders that waited for something below them to be included, outermost first."""
    settled: list[Decision] = []
    while folder and folder.waiting:
        if not folder.implied:
            why = f"{folder.waiting.why}, and something in it is included"
            settled.insert(0, folder.waiting._replace(included=True, why=why))
        folder.waiting, folder = None, folder.parent
    return settled


def _holders(markers: AbstractSet[bytes], entries: Iterable[Entry]) -> Mapping[bytes, AbstractSet[bytes]]:
    """Return, for each name that --exclude-if-present looks for, the folders that hold it."""
    holders: dict[bytes, set[bytes]] = {marker: set() for marker in markers}
    for entry in entries if markers else ():
        folder, _, name = entry.path.rpartition(b"/")
        if name in holders and entry.path:
            holders[name].add(folder)
    return holders
