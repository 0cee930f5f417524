"""Hypothesis strategies for pairs: a rule is made of a path, and the tree of what lies around that path."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from packaging.version import Version

from verify.pairs.pairs import FOLDER, NAME, Group, Pair, Shared, Written
from verify.selection.releases import options_of
from verify.trees import Node, Tree, file, folder, special, symlink
from verify.trees.model import LONGEST_NAME, SECOND

MOMENT = 1_600_000_000  # seconds since the epoch: what --exclude-older-than is given, and files lie around
MARKER = f".{NAME} skip"  # for --exclude-if-present: of one pair
SHARED_MARKER = ".skip"  # the same of all pairs of a pack

NAMES = (
    "a", "b", "ab", "data", "runtime", "x.py", "A", "Data",
    "é", "e\N{COMBINING ACUTE ACCENT}", "É", "ß", "SS", "İ", "\udcff",
    "*", "**", "a*", "?", "[a]", "[", "[]", "]a", "!", "^a", "\\", "a b", "a\n", "\na", "-",
    "#c", "+ a", "'a'", '"', ".a",
)  # fmt: skip
names = st.one_of(st.sampled_from(NAMES[:6]), st.sampled_from(NAMES))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


def generalised(part: str) -> st.SearchStrategy[str]:
    """Given a part of a path, return a strategy for globs that match it, or nearly."""
    first, rest = part[:1], part[1:]
    return st.sampled_from(
        [
            part,
            part,
            f"{first}*",
            f"*{part[-1:]}",
            "?" * len(part),
            f"[{first}z]{rest}",
            f"[!{first}]{rest}",
            f"[a-c]{rest}",
            f"{part}*",
            "*",
            "**",
            f"{first}**",
            f"**{part[-1:]}",
        ]
    )


def globs(path: str) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for globs around it."""
    parts = st.tuples(*map(generalised, path.split("/"))).map(lambda drawn: "/" + "/".join(drawn))
    whole = st.one_of(parts, parts, parts, st.just("/**"), st.just(""))
    ending = st.sampled_from(["", "", "", "", "/", "/**", "/*", "*", "**"])
    return st.builds(_glob, whole, ending, st.sampled_from(["", "", "", "ignorecase:"]))


def _glob(whole: str, ending: str, case: str) -> str:
    text = re.sub("/+", "/", f"{FOLDER}{whole}{ending}")
    return f"{case}{text.swapcase().replace(FOLDER.swapcase(), FOLDER) if case else text}"


def expressions(path: str) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for regular expressions around it."""
    exact = re.escape(path)
    bodies = [exact, f"{exact}$", f"{exact}/", f".*{re.escape(path[-1:])}$", "[^/]*$", f"(?:.*/)?({exact}|b)$", "a+"]
    beginnings = [f"^.*/{NAME}/", f"/{NAME}/", f"/{NAME}(?=/)/?"]
    return st.builds("{}{}".format, st.sampled_from(beginnings), st.sampled_from(bodies))


def literals(path: str) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for literal paths around it."""
    return st.sampled_from([f"{FOLDER}/{path}", f"{FOLDER}/{path}/", FOLDER, f"{FOLDER}/{path.swapcase()}"])


PATTERNS: dict[str, Callable[[str], st.SearchStrategy[str]]] = {
    "--filter-globbing": globs,
    "--filter-literal": literals,
    "--filter-regexp": expressions,
}


@dataclass(frozen=True)
class Filters:
    """The filters in force: how patterns are read, and whether case counts."""

    mode: str = "--filter-globbing"
    case: str = "--filter-strictcase"

    def after(self, group: Group) -> "Filters":
        """Given options, return the filters in force behind them."""
        now = self
        for option in group:
            if option.name in PATTERNS:
                now = replace(now, mode=option.name)
            elif option.name.startswith("--filter-"):
                now = replace(now, case=option.name)
        return now

    def back_from(self, other: "Filters") -> Group:
        """Given other filters, return the options that change them into these."""
        changes = ((self.mode, other.mode), (self.case, other.case))
        return tuple(Written(wanted) for wanted, there in changes if wanted != there)


# What comes behind --include or --exclude, or an option as a whole.
WAYS = (
    *("", "", "", "-filelist", "-globbing-filelist", "-regexp", "--exclude-if-present"),
    *("--filter-literal", "--filter-regexp", "--filter-globbing", "--filter-ignorecase", "--filter-strictcase"),
)


@st.composite
def groups(draw: st.DrawFn, about: tuple[str, ...], filters: Filters, known: frozenset[str], fewest: int) -> Group:
    """Draw options around some paths; they leave the filters as they were."""
    written: Group = ()
    ways = [way for way in WAYS if {way, f"--exclude{way}"} & known]
    for way in draw(st.lists(st.sampled_from(ways), min_size=fewest, max_size=4)):
        now = filters.after(written)
        option = draw(_written(way, draw(st.sampled_from(about)), now.mode))
        if not option.name.startswith("--filter-") or now != now.after((option,)):
            written = (*written, option)  # a filter that changes nothing may be refused
    return (*written, *filters.back_from(filters.after(written)))


def _written(way: str, path: str, mode: str) -> st.SearchStrategy[Written]:
    """Given one of `WAYS`, a path and how patterns are read, return a strategy for an option."""
    if way == "--exclude-if-present":
        return st.just(Written(way, MARKER))
    if way.startswith("--"):
        return st.just(Written(way))
    names = st.sampled_from([f"--exclude{way}", f"--include{way}"])
    if way.endswith("-filelist"):
        patterns = globs(path) if way == "-globbing-filelist" else PATTERNS[mode](path)
        lines = st.lists(st.one_of(lines_around(patterns), blank_lines), min_size=1, max_size=3).map(tuple)
        return st.builds(lambda name, drawn: Written(name, lines=drawn), names, lines)
    return st.builds(Written, names, expressions(path) if way else PATTERNS[mode](path))


blank_lines = st.sampled_from(["", "   ", "# a comment", f"  # {FOLDER}/a", "''"])


def lines_around(patterns: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Given a strategy for patterns, return one for a filelist's lines that hold them."""
    shapes = st.sampled_from(["{}", "{}", "+ {}", "- {}", "  {}  ", "'{}'", '- "{}"', "{}\r"])
    return st.builds(str.format, shapes, patterns.map(listable))


def listable(text: str) -> str:
    """Given a path or a pattern, return it as a line of a list can hold it: without newlines, and as UTF-8."""
    return text.replace("\n", "").encode("utf-8", "replace").decode()


def around(path: str) -> st.SearchStrategy[str]:
    """Given a path, return a strategy for the paths on its edges: those that a rule about it might confuse."""
    composed = unicodedata.normalize("NFC", path)
    other_form = unicodedata.normalize("NFD" if composed == path else "NFC", path)
    return st.sampled_from(
        [
            path,
            f"{path}/below",
            f"{path}/b/x.py",
            path.rpartition("/")[0] or path,
            f"{path}2",
            f"{path[:-1]}",
            path.swapcase(),
            path.casefold(),
            other_form,
            f"elsewhere/{path}",
            path.rpartition("/")[2],
            f"{path}\n",
            f"{path}*",
            f"{path.rpartition('/')[0]}/{MARKER}",
            f"{path}/{MARKER}",
            f"{path}/{SHARED_MARKER}",
        ]
    )


moments = st.sampled_from([MOMENT - 1, MOMENT, MOMENT + 1])


def _node(kind: str, moment: int) -> Node:
    mtime_ns = moment * SECOND
    match kind:
        case "dir":
            return folder(mtime_ns=mtime_ns)
        case "symlink":
            return symlink(b"a", mtime_ns=mtime_ns)
        case "char":
            return special("char", (1, 3), mtime_ns=mtime_ns)
        case "fifo" | "socket":
            return special("fifo" if kind == "fifo" else "socket", mtime_ns=mtime_ns)
        case _:
            return file((1, moment - MOMENT + 2), mtime_ns=mtime_ns)


nodes = st.builds(_node, st.sampled_from(["file"] * 6 + ["dir"] * 3 + ["symlink", "fifo", "char", "socket"]), moments)


def trees_around(about: tuple[str, ...]) -> st.SearchStrategy[Tree]:
    """Given paths, return a strategy for trees of what lies on their edges."""
    placed = st.sampled_from(about).flatmap(around)
    return st.lists(st.tuples(st.one_of(placed, placed, placed, paths), nodes), min_size=1, max_size=9).map(_tree)


def _tree(drawn: list[tuple[str, Node]]) -> Tree:
    """Given nodes at paths, return a tree; what cannot be a name is left out, and folders are added."""
    tree: dict[bytes, Node] = {}
    for path, node in drawn:
        parts = [part for part in _encoded(path).split(b"/") if part not in {b"", b".", b".."}]
        for depth in range(1, len(parts)):
            above = b"/".join(parts[:depth])
            if tree.setdefault(above, folder()).kind != "dir":
                tree[above] = folder()
        if parts and all(len(part) <= LONGEST_NAME for part in parts):
            tree.setdefault(b"/".join(parts), node)
    return Tree(tree)


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


@st.composite
def pairs(draw: st.DrawFn, shared: Shared, release: Version) -> Pair:
    """Draw a pair to be packed with others that share the same options, for a release that has those."""
    about = tuple(draw(st.lists(paths, min_size=1, max_size=3)))
    known = frozenset(options_of(release))
    rules: list[Group] = []
    for turn in range(len(shared.options) + 1):
        filters = Filters().after(shared.options[:turn])
        rules.append(draw(groups(about, filters, known, fewest=0 if turn else 1)))
    tree = draw(trees_around(about))
    return Pair(tuple(rules), tree, draw(named_in(tree, about)) if shared.files_from else ())


def named_in(tree: Tree, about: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Given a tree, return a strategy for paths that a --files-from list may name; some are not there."""
    there = [path.decode("utf-8", "replace") for path in tree if path and b"\n" not in path]
    named = st.sampled_from([*there, *there, *map(listable, about)])
    return st.lists(named, min_size=1, max_size=4).map(tuple)
