"""An option line's selection rules, in the order in which duplicity asks them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from re import error as ReError  # noqa: N812 - re.error is no name for an exception class
from time import time

from packaging.version import Version

from verify.selection import conditions, errors
from verify.selection.conditions import Condition, Entry, Scene
from verify.selection.errors import RuleError
from verify.selection.filelists import lines_of, named_by, text_of
from verify.selection.options import ChosenOption, read_options, usage_error
from verify.selection.releases import has
from verify.selection.times import seconds_of

_FIRST = ("--exclude-if-present", "--exclude-device-files")
_WITHOUT_EFFECT = {"--filter-globbing", "--filter-strictcase"}


@dataclass(frozen=True)
class Rule:
    """One rule: a condition, and whether it includes a path that matches or excludes it.

    `index` is its place in the order in which rules are asked, from 0. `origin` is how the user
    wrote it: the option and its value, and for a filelist the line.
    """

    index: int
    include: bool
    condition: Condition
    origin: str


_Unnumbered = tuple[bool, Condition, str]  # a rule whose place is not known yet


@dataclass(frozen=True)
class RuleSet:
    """A job's selection: the source's name as duplicity spells it, and the rules.

    `listed` is what --files-from names, None without that option. `markers` are the names that
    --exclude-if-present looks for.
    """

    source: str
    release: Version
    rules: tuple[Rule, ...]
    listed: frozenset[bytes] | None = None
    markers: frozenset[bytes] = frozenset()

    def name_of(self, path: bytes) -> str:
        """Given a path relative to the source, return its full name, which the rules are matched against."""
        if not path:
            return self.source
        return self.source.removesuffix("/") + "/" + path.decode(errors="surrogateescape")


def parse_rules(
    source: str,
    options: Sequence[str],
    release: Version,
    filelists: Mapping[str, bytes] | None = None,
    *,
    now: int | None = None,
    zone: tzinfo = UTC,
    twin: bool = False,
) -> RuleSet:
    """Given a source and an option line as duplicity receives them, return the selection's rules.

    `filelists` holds the bytes of each list that the options name, by that name; "-" is the standard
    input. `now` (seconds since the epoch) and `zone` are for --exclude-older-than. `twin` says that the
    source has the mode, owner and mtime second of the folder that it is in, which matters to
    --files-from. Raise `RuleError` where duplicity would not start.
    """
    chosen = read_options(options, release)
    clock = int(time()) if now is None else now
    reader = _Reader(canonical(source), release, filelists or {}, now=clock, zone=zone, twin=twin)
    return reader.read(chosen)


def canonical(source: str) -> str:
    """Given a source, return it as duplicity spells it: no empty parts, no "."; ".." stays."""
    parts = [part for part in source.split("/") if part not in {"", "."}]
    return ("/" if source.startswith("/") else "") + "/".join(parts) or "."


class _Reader:
    """Reads selection options from the first to the last; filter options change how."""

    def __init__(
        self,
        source: str,
        release: Version,
        filelists: Mapping[str, bytes],
        *,
        now: int,
        zone: tzinfo,
        twin: bool,
    ) -> None:
        self._source = source
        self._release = release
        self._filelists = filelists
        self._now = now
        self._zone = zone
        self._twin = twin
        self._modes: Mapping[str, Callable[[str, str], Condition]] = {
            "--filter-globbing": self._glob,
            "--filter-literal": self._literal,
            "--filter-regexp": self._regexp,
        }
        self._pattern = self._modes["--filter-globbing"]
        self._ignore_case = False
        self._separator = "\n"
        self._first: list[_Unnumbered] = []
        self._rules: list[_Unnumbered] = []
        self._listed: frozenset[bytes] | None = None
        self._markers: set[bytes] = set()

    def read(self, chosen: Sequence[ChosenOption]) -> RuleSet:
        self._check_values(chosen)
        chosen = [option for option in chosen if option.name != "--null-separator"]
        _refuse_idle_filters([option.name for option in chosen if not self._ignored(option)])
        for option in chosen:
            self._take(option)
        rules = tuple(Rule(index, *each) for index, each in enumerate([*self._first, *self._rules]))
        if rules and rules[-1].include:
            raise RuleError(
                errors.REDUNDANT_INCLUSION,
                f"The last rule, {rules[-1].origin}, only includes; everything is included anyway.",
            )
        return RuleSet(
            self._source,
            self._release,
            rules,
            self._listed,
            frozenset(self._markers),
        )

    def _ignored(self, option: ChosenOption) -> bool:
        flags = {"--exclude-device-files", "--exclude-other-filesystems"}
        return option.name in flags and has(self._release, "flags-ignored")

    def _check_values(self, chosen: Sequence[ChosenOption]) -> None:
        """Refuse what duplicity refuses before it looks at any rule: the values of its command line."""
        for option in chosen:
            if option.name == "--null-separator":
                self._separator = "\0"
            elif option.name == "--exclude-older-than" and not has(self._release, "older-than-crashes"):
                self._time(option.value)
            elif "filelist" in option.name or option.name == "--files-from":
                self._list(option)

    def _time(self, value: str) -> int:
        seconds = seconds_of(value, self._now, self._zone)
        if seconds is None:
            raise usage_error(self._release, f"--exclude-older-than {value} is no time.")
        return seconds

    def _list(self, option: ChosenOption) -> bytes:
        name = "-" if option.name.endswith("-stdin") else option.value
        if name in self._filelists:
            return self._filelists[name]
        code = errors.CANNOT_OPEN_FILELIST if has(self._release, "old-command-line") else errors.USER_ERROR
        named = f"{option.name} {option.value}".rstrip()
        raise RuleError(code, f"The list that {named} names cannot be read.")

    def _take(self, option: ChosenOption) -> None:
        name, value = option
        include = name.startswith("--include")
        origin = f"{name} {value}".rstrip()
        if self._ignored(option):
            return
        if name in self._modes:
            self._pattern = self._modes[name]
        elif name in {"--filter-ignorecase", "--filter-strictcase"}:
            self._ignore_case = name == "--filter-ignorecase"
        elif name == "--files-from":
            self._take_files_from(option)
        elif "filelist" in name:
            self._take_filelist(option, include=include)
        elif name.endswith("-regexp"):
            self._add(include, self._regexp(value, origin), origin)
        elif name in {"--include", "--exclude"}:
            self._add(include, self._pattern(value, origin), origin)
        else:
            self._add(include, self._property(option), origin, first=name in _FIRST)

    def _add(self, include: bool, condition: Condition, origin: str, *, first: bool = False) -> None:
        rule = (include, condition, origin)
        if first:
            # "If encountered outside of the first two slots, duplicity will silently move them"
            # (CHANGELOG commit c8bf327c): the one given last is asked first.
            self._first.insert(0, rule)
        else:
            self._rules.append(rule)

    def _take_files_from(self, option: ChosenOption) -> None:
        listed = named_by(option.value, text_of(option.value, self._list(option)), self._separator)
        fails = "files-from-root-fails" if self._source == "/" else "files-from-twin-fails"
        broken = (self._twin or self._source == "/") and has(self._release, fails)
        self._listed = frozenset() if broken else listed

    def _take_filelist(self, option: ChosenOption, *, include: bool) -> None:
        pattern = self._glob if "globbing" in option.name else self._pattern
        text = text_of(option.value, self._list(option))
        for line in lines_of(text, self._separator, include=include):
            origin = f"{option.name} {option.value}, line {line.number}: {line.pattern}"
            self._add(line.include, pattern(line.pattern, origin), origin)

    def _property(self, option: ChosenOption) -> Condition:
        if option.name == "--exclude-if-present":
            marker = option.value.encode(errors="surrogateescape")
            self._markers.add(marker)
            return conditions.HoldsName(marker)
        if option.name == "--exclude-older-than":
            if has(self._release, "older-than-crashes"):
                raise RuleError(errors.CRASH, f"duplicity {self._release} crashes on --exclude-older-than.")
            return conditions.IsOlder(self._time(option.value))
        if option.name == "--exclude-device-files":
            return conditions.IsDevice()
        return conditions.IsElsewhere()

    def _regexp(self, expression: str, origin: str) -> Condition:
        try:
            return conditions.ByRegexp(expression, ignore_case=self._ignore_case)
        except (ReError, OverflowError, RecursionError) as error:
            raise RuleError(errors.CRASH, f"{origin} is no regular expression: {error}.") from error

    def _literal(self, text: str, origin: str) -> Condition:
        _refuse_empty(text, origin)
        condition = conditions.ByLiteral(text, ignore_case=self._ignore_case)
        self._refuse_outside(condition, origin)
        return condition

    def _glob(self, glob: str, origin: str) -> Condition:
        ignore_case = self._ignore_case
        lowers = has(self._release, "ignorecase-lowers")
        if glob.lower().startswith("ignorecase:"):
            # Folding the pattern and not the path makes "ß" of a pattern "ss", which no "ß" matches.
            glob = glob[len("ignorecase:") :]
            glob = glob.lower() if lowers else glob.casefold()
            ignore_case = True
        _refuse_empty(glob, origin)
        try:
            condition = conditions.ByGlob(glob, ignore_case=ignore_case)
            self._refuse_outside(conditions.ByGlob(glob, ignore_case=False) if lowers else condition, origin)
        except ValueError as error:
            raise RuleError(errors.BAD_GLOB, f"{origin} has two slashes in a row.") from error
        except ReError as error:
            raise RuleError(errors.CRASH, f"{origin} has a set that is none: {error}.") from error
        return condition

    def _refuse_outside(self, condition: Condition, origin: str) -> None:
        root = Entry(b"", "dir")
        if not (condition.matches(self._source, root, Scene()) or condition.leads_through(self._source)):
            raise RuleError(errors.OUTSIDE_SOURCE, f"{origin} cannot match anything in the source {self._source}.")


def _refuse_empty(pattern: str, origin: str) -> None:
    if not pattern:
        raise RuleError(errors.CRASH, f"{origin} is an empty pattern, on which duplicity crashes.")


def _refuse_idle_filters(names: Sequence[str]) -> None:
    filters = {name for name in names if name.startswith("--filter-")}
    if names and names[-1] in filters:
        raise RuleError(errors.TRAILING_FILTER, f"{names[-1]} is the last selection option and changes nothing.")
    if filters and filters <= _WITHOUT_EFFECT:
        raise RuleError(errors.REDUNDANT_FILTER, f"{', '.join(sorted(filters))} only repeats the default.")
