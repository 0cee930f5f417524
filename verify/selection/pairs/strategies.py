"""Hypothesis strategies for pairs: rules are made of a path, and the tree of what lies on that path's edges."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from packaging.version import Version

from verify.selection.pairs.edges import MARKER, trees_around
from verify.selection.pairs.pairs import Group, Pair, Shared, Written
from verify.selection.pairs.patterns import PATTERNS, expressions, globs, lines, listable, paths, subjects
from verify.selection.releases import options_of
from verify.trees import Tree

# What may come behind --include or --exclude, "" for the patterns that filters read; or an option as a whole.
WAYS = ("", "", "", "", "", "", "-filelist", "-filelist", "-globbing-filelist", "-regexp", "--exclude-if-present")
MODES = ("--filter-globbing", "--filter-globbing", "--filter-literal", "--filter-regexp")
CASES = ("--filter-strictcase", "--filter-strictcase", "--filter-ignorecase")


@dataclass(frozen=True)
class Filters:
    """The filters in force: how patterns are read, and whether case counts."""

    mode: str = "--filter-globbing"
    case: str = "--filter-strictcase"

    def after(self, group: Group) -> "Filters":
        """Given options, return the filters in force behind them."""
        now = self
        for option in group:
            if option.name in MODES:
                now = replace(now, mode=option.name)
            elif option.name in CASES:
                now = replace(now, case=option.name)
        return now

    def to(self, wanted: "Filters") -> Group:
        """Given other filters, return the options that change these into those."""
        changes = ((self.mode, wanted.mode), (self.case, wanted.case))
        return tuple(Written(there) for here, there in changes if here != there)


@st.composite
def rules(draw: st.DrawFn, about: tuple[str, ...], filters: Filters, known: frozenset[str]) -> Group:
    """Draw a rule around one of some paths, between filters that leave those in force as they were."""
    path = draw(st.sampled_from(about).flatmap(subjects))
    ways = [way for way in WAYS if {way, f"--exclude{way}"} & known]
    way = draw(st.sampled_from(ways))
    own = filters
    if set(MODES) <= known and draw(st.booleans()):
        own = Filters(draw(st.sampled_from(MODES)), draw(st.sampled_from(CASES)))
    option = draw(_written(way, path, own))
    return (*filters.to(own), option, *own.to(filters))


def _written(way: str, path: str, filters: Filters) -> st.SearchStrategy[Written]:
    """Given one of `WAYS`, a path and the filters in force, return a strategy for an option."""
    if way == "--exclude-if-present":
        return st.just(Written(way, MARKER))
    any_case = filters.case == "--filter-ignorecase"
    # Before it is made a pattern: what is taken out of one later may be what an escape was for.
    path = listable(path) if "filelist" in way else path
    patterns = PATTERNS[filters.mode](path, any_case=any_case)
    names = st.sampled_from([f"--exclude{way}", f"--include{way}"])
    match way:
        case "-filelist":
            return st.builds(lambda name, drawn: Written(name, lines=drawn), names, lines(patterns))
        case "-globbing-filelist":
            of_globs = lines(globs(path, any_case=any_case))
            return st.builds(lambda name, drawn: Written(name, lines=drawn), names, of_globs)
        case "-regexp":
            return st.builds(Written, names, expressions(path, any_case=any_case))
        case _:
            return st.builds(Written, names, patterns)


@st.composite
def pairs(draw: st.DrawFn, shared: Shared, release: Version) -> Pair:
    """Draw a pair to be packed with others that share the same options, for a release that has those."""
    about = tuple(draw(st.lists(paths, min_size=1, max_size=2)))
    known = frozenset(options_of(release))
    turns = [Filters().after(shared.options[:turn]) for turn in range(len(shared.options) + 1)]
    groups: list[Group] = [() for _ in turns]
    for _ in range(draw(st.integers(1, 3))):
        turn = draw(st.integers(0, len(turns) - 1))
        groups[turn] += draw(rules(about, turns[turn], known))
    tree = draw(trees_around(about))
    return Pair(tuple(groups), tree, draw(named_in(tree, about)) if shared.files_from else ())


def named_in(tree: Tree, about: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Given a tree, return a strategy for paths that a --files-from list may name; some are not there."""
    there = [path.decode("utf-8", "replace") for path in tree if path and b"\n" not in path]
    named = st.sampled_from([*there, *there, *map(listable, about)])
    return st.lists(named, min_size=1, max_size=6).map(tuple)
