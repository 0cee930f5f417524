"""Makes a listing from rules: paths that each rule matches, and similar paths that it must not match."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from verify.selection.conditions import (
    ByGlob,
    ByLiteral,
    ByRegexp,
    Entry,
    HoldsName,
    IsDevice,
    IsElsewhere,
    IsOlder,
    Scene,
)
from verify.selection.glob_samples import glob_instances, glob_misses
from verify.selection.regexp_samples import NotGeneratedError, regexp_instances
from verify.selection.rules import Rule, RuleSet

Named = ByGlob | ByLiteral | ByRegexp

LONGEST_NAME = 255  # bytes
MOST = 8  # paths that one rule matches and that are gone around
NEAR = 600  # seconds from a moment: nearer, the time that a backup takes would decide
FULL_WIDTH = 0xFEE0  # from an ASCII letter to its full-width form
USUAL = 1_600_000_000  # seconds since the epoch: when a path was modified unless a rule asks for its time
ORDINARY = ("config/traefik/traefik.yml", "a file with blanks", "empty folder/")


@dataclass(frozen=True)
class Surroundings:
    """A listing in path order, and the rules for which nothing is in it, with the reason."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]


def surroundings(rules: RuleSet, *, leaves: bool = False) -> Surroundings:
    """Given rules, return a listing in which each of them is met, and narrowly missed.

    What a rule names is a folder with something in it, or with `leaves` a file or a symlink. Around it
    are its parent's other children, names that begin alike, the same name elsewhere, in other case, in
    the other Unicode form, and with glob characters.
    """
    place = _Place(rules, leaves=leaves)
    for name in ORDINARY:
        place.add(name)
    place.add("a socket", "socket")
    left_out = [f"{rule.origin}: {reason}" for rule in rules.rules if (reason := place.surround(rule))]
    return Surroundings(place.entries(), tuple(left_out))


@dataclass
class _Place:
    """The source while it fills. Names are relative to it; one that ends with "/" is a folder."""

    rules: RuleSet
    leaves: bool
    found: dict[str, tuple[str, int]] = field(default_factory=dict)  # kind and mtime
    homes: list[str] = field(default_factory=lambda: [""])  # where rules that name no path are met

    def surround(self, rule: Rule) -> str:
        """Add what lies around a rule; return why that is nothing, empty if it is something."""
        match rule.condition:
            case ByGlob() | ByLiteral() | ByRegexp() as condition:
                return self._surround_named(rule, condition)
            case HoldsName(name=name):
                self._each_home(_marked(name.decode(errors="surrogateescape")))
            case IsDevice():
                self._each_home(_devices())
            case IsOlder(time=time):
                self._each_home(_aged(time))
            case IsElsewhere():
                return "no file system is mounted inside the source"
        return ""

    def _each_home(self, things: Iterable[tuple[str, str, int]]) -> None:
        for name, kind, mtime in things:
            for home in self.homes:
                self.add(f"{home}{name}", kind, mtime)

    def _surround_named(self, rule: Rule, condition: Named) -> str:
        try:
            texts = list(_texts(condition, self.rules.source))
        except NotGeneratedError as error:
            return str(error)
        names = [name for text in dict.fromkeys(texts) if (name := self._below(text))]
        hits = [name for name in names if self._takes(rule, name)][:MOST]
        for name in names:
            self.add(name)
        for number, hit in enumerate(hits):
            self._go_around(hit.rstrip("/"), number)
        if rule.include:
            self.homes += [f"{hit}/" for hit in hits[:1] if not self.leaves]
        covers_all = condition.matches(self.rules.source, Entry(b"", "dir"), Scene())
        return "" if hits or covers_all else "no path was found that it includes or excludes"

    def _go_around(self, hit: str, number: int) -> None:
        parent, slash, base = hit.rpartition("/")
        above = parent + slash
        if self.leaves:
            self.found[hit] = ("symlink" if number % 2 else "file", USUAL)
        else:
            self.add(f"{hit}/inside")
            self.add(f"{hit}/folder/deep")
        for name in _neighbours(base):
            self.add(above + name)
        for name in (f"elsewhere/{base}", f"elsewhere/{hit}/inside"):
            self.add(name)

    def _below(self, text: str) -> str | None:
        """Given a full name, return it relative to the source; None where it is no name of a path in it."""
        start = f"{self.rules.source.removesuffix('/')}/"
        name = text[len(start) :]
        in_source = text[: len(start)].casefold() == start.casefold()
        return name if in_source and _is_possible(name.removesuffix("/")) else None

    def _takes(self, rule: Rule, name: str) -> bool:
        full = self.rules.name_of(name.rstrip("/").encode(errors="surrogateescape"))
        return any(rule.condition.matches(full, Entry(b"x", kind), Scene()) for kind in ("file", "dir"))

    def add(self, name: str, kind: str = "file", mtime: int = USUAL) -> None:
        """Add a path, unless it is there already or cannot be."""
        if _is_possible(name.removesuffix("/")):
            kind = "dir" if name.endswith("/") else kind
            self.found.setdefault(name.removesuffix("/"), (kind, mtime))

    def entries(self) -> tuple[Entry, ...]:
        """Return what was added, and the folders that it is in, in path order."""
        above = {name[:cut] for name in self.found for cut, character in enumerate(name) if character == "/"}
        kinds = {"": ("dir", USUAL), **self.found}
        kinds |= {name: ("dir", self.found.get(name, ("", USUAL))[1]) for name in above}
        paths = {name.encode(errors="surrogateescape"): details for name, details in kinds.items()}
        return tuple(
            Entry(path, kind, mtime=mtime, device=0)
            for path, (kind, mtime) in sorted(paths.items(), key=lambda each: each[0].split(b"/"))
        )


def _texts(condition: Named, source: str) -> Iterator[str]:
    """Yield full names that a condition matches, or nearly matches."""
    if isinstance(condition, ByRegexp):
        for text in regexp_instances(condition.pattern):
            joint = "" if text.startswith("/") else "/"
            yield from (text, f"{source}{joint}{text}", f"{source}/deep{joint}{text}", f"{source}/x{text}y")
            yield from (f"{source}/{text[1:]}", f"{source}{joint}{text[:-1]}", f"{source}{joint}{text.swapcase()}")
        return
    pattern = condition.pattern
    yield pattern  # the glob's own characters may be a name
    if isinstance(condition, ByGlob):
        yield from (_in(source, text, pattern) for text in (*glob_instances(pattern), *glob_misses(pattern)))


def _in(source: str, text: str, pattern: str) -> str:
    """Return a text in the source, where the pattern can stand for any beginning."""
    return f"{source}/{text.lstrip('/')}" if pattern.startswith("**") else text


def _neighbours(base: str) -> Iterator[str]:
    yield from ("beside", f"{base}2/beside", f"{base}.d", base[:-1], base[1:])
    yield from (f"{base}*", f"{base}[1]", f"?{base[1:]}", f"[{base[:1]}]{base[1:]}")
    yield f"{base.swapcase()}/inside" if base.swapcase() != base else ""
    if base[:1].isascii() and base[:1].isalpha():
        yield (
            chr(ord(base[0]) + FULL_WIDTH) + base[1:]
        )  # the same name for programs that use compatibility normalisation
    yield from (form for kind in ("NFC", "NFD") if (form := unicodedata.normalize(kind, base)) != base)


def _marked(name: str) -> Iterator[tuple[str, str, int]]:
    for path in (f"marked/{name}", "marked/inside", "marked/folder/deep", f"by a folder/{name}/", "by a folder/inside"):
        yield path, "file", USUAL
    for path in (f"unmarked/{name}2", "unmarked/inside", f"unmarked/below/{name}", "unmarked/below/inside"):
        yield path, "file", USUAL
    yield f"unmarked/case/{name.swapcase()}", "file", USUAL


def _devices() -> Iterator[tuple[str, str, int]]:
    for kind in ("char", "block", "fifo", "file"):
        yield f"devices/{kind}", kind, USUAL


def _aged(moment: int) -> Iterator[tuple[str, str, int]]:
    for age, time in (("older", moment - NEAR), ("newer", moment + NEAR)):
        yield f"{age} file", "file", time
        yield f"{age} symlink", "symlink", time
        yield f"{age} folder/", "dir", time
        yield f"{age} folder/newer", "file", moment + NEAR


def _is_possible(name: str) -> bool:
    parts = name.split("/")
    return (
        not any(part in {"", ".", ".."} or len(part.encode(errors="surrogateescape")) > LONGEST_NAME for part in parts)
        and "\0" not in name
    )
