"""The rules that can say something about the paths in a folder, asked about one path after another."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from verify.selection.conditions import NEVER, Entry, Scene
from verify.selection.globs import Reach, compiled
from verify.selection.rules import Rule

FEW = 4  # rules: asking fewer one by one costs less than making one expression of them


class Word(NamedTuple):
    """What a rule says of a path: that it matches, or only that something below the path may match."""

    rule: Rule
    matches: bool
    why: str


class Inherited(NamedTuple):
    """A rule on the paths in a folder; `everywhere` says that it matches whatever is there."""

    rule: Rule
    everywhere: bool = False

    def expressions(self, *, folders: bool) -> tuple[str, str] | None:
        """Return what the rule matches and leads through, as its condition does."""
        return ("", "") if self.everywhere else self.rule.condition.expressions(folders=folders)

    def words(self) -> tuple[Word, Word]:
        """Return what the rule says of a path that it matches, and of one that it only leads through."""
        what = "a folder that it is in" if self.everywhere else "it"
        origin = self.rule.origin
        return Word(self.rule, True, f"{origin} matches {what}"), Word(self.rule, False, f"{origin} may match below it")


def inherited(rules: Iterable[Inherited], folder: str) -> tuple[Inherited, ...]:
    """Given the rules on a folder's own level, return those on the paths in it."""
    below = ((rule, rule.condition.reach(folder)) for rule, _ in rules)
    return tuple(Inherited(rule, reach is Reach.ALL) for rule, reach in below if reach is not Reach.NOTHING)


class Asked:
    """Rules in their order, to be asked about one path after another."""

    def __init__(self, rules: tuple[Inherited, ...]) -> None:
        self.rules = rules

    def first(self, name: str, entry: Entry, scene: Scene) -> Word | None:
        """Return the first word that a rule has on a path: that it matches, or leads through, to include."""
        for part in self._of_folders if entry.kind == "dir" else self._of_others:
            word = part.first(name, entry, scene)
            if word:
                return word
        return None

    def match(self, name: str, entry: Entry, scene: Scene) -> Word | None:
        """Return the word of the first rule that matches a path."""
        for part in self._of_folders if entry.kind == "dir" else self._of_others:
            word = part.match(name, entry, scene)
            if word:
                return word
        return None

    @cached_property
    def _of_folders(self) -> "tuple[_One | _Several, ...]":
        return tuple(_parts(self._spoken, folders=True))

    @cached_property
    def _of_others(self) -> "tuple[_One | _Several, ...]":
        return tuple(_parts(self._spoken, folders=False))

    @property
    def _spoken(self) -> tuple[Inherited, ...]:
        """The rules up to one that matches everywhere: those behind it never come to a word."""
        last = next((place for place, rule in enumerate(self.rules) if rule.everywhere), len(self.rules))
        return self.rules[: last + 1]


def _parts(rules: Sequence[Inherited], *, folders: bool) -> Iterator["_One | _Several"]:
    """Make one question of each stretch of rules that are regular expressions."""
    spoken = ((rule, rule.expressions(folders=folders)) for rule in rules)
    asked = [(rule, expressions) for rule, expressions in spoken if expressions != NEVER]
    for are, stretch in groupby(asked, lambda each: each[1] is not None):
        together = list(stretch)
        if are and len(together) >= FEW:
            yield _Several([(rule, expressions) for rule, expressions in together if expressions])
        else:
            yield from (_One(rule) for rule, _ in together)


class _One:
    """A rule that is asked by itself."""

    def __init__(self, rule: Inherited) -> None:
        self._matches = _always if rule.everywhere else rule.rule.condition.matches
        self._leads_through = rule.rule.condition.leads_through if rule.rule.include else _never
        self._match, self._lead = rule.words()

    def match(self, name: str, entry: Entry, scene: Scene) -> Word | None:
        return self._match if self._matches(name, entry, scene) else None

    def first(self, name: str, entry: Entry, scene: Scene) -> Word | None:
        if self._matches(name, entry, scene):
            return self._match
        return self._lead if self._leads_through(name) else None


def _always(name: str, entry: Entry, scene: Scene) -> bool:  # noqa: ARG001 - the shape of every question
    return True


def _never(name: str) -> bool:  # noqa: ARG001 - as above
    return False


class _Several:
    """Rules that are asked as one expression: of its alternatives the first that fits is the one that is found."""

    def __init__(self, rules: Sequence[tuple[Inherited, tuple[str, str]]]) -> None:
        matches, firsts = list[tuple[str, Word]](), list[tuple[str, Word]]()
        for inherited_rule, (matching, leading) in rules:
            match, lead = inherited_rule.words()
            matches.append((matching, match))
            firsts.append((matching, match))
            if inherited_rule.rule.include:
                firsts.append((leading, lead))
        self._match, self._matches = _alternatives(matches)
        self._first, self._firsts = _alternatives(firsts)

    def match(self, name: str, entry: Entry, scene: Scene) -> Word | None:  # noqa: ARG002 - names are enough here
        found = self._match(name)
        return self._matches[found.lastindex] if found else None

    def first(self, name: str, entry: Entry, scene: Scene) -> Word | None:  # noqa: ARG002 - as above
        found = self._first(name)
        return self._firsts[found.lastindex] if found else None


def _alternatives(meanings: Sequence[tuple[str, Word]]) -> tuple[Any, dict[int | None, Word]]:
    """Given expressions and what each means, return a question, and what the number of its answer means."""
    expression = compiled("|".join(f"({expression})" for expression, _ in meanings))
    return expression.match, {number: word for number, (_, word) in enumerate(meanings, start=1)}
