"""Hypothesis strategies for paths, and for patterns that match one of them, or narrowly do not."""

import re
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from verify.selection.pairs.pairs import FOLDER, NAME

PLAIN = ("data", "runtime", "x.py", "ab", "a", "b")
ODD = (
    "Data", "A", "é", "e\N{COMBINING ACUTE ACCENT}", "É", "ß", "SS", "İ", "\udcff",
    "*", "**", "a*", "a?b", "[ab]", "[", "[]", "]a", "!", "^a", "a\\", "a b", " a", "a\n", "\na", "-a",
    "#c", "+ a", "'a'", '"', ".a",
)  # fmt: skip
names = st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(ODD))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


def subjects(path: str) -> st.SearchStrategy[str]:
    """Given a path, return a strategy for what a rule may be about: it, what it is in, what is in it."""
    above = path.rpartition("/")[0] or path
    return st.sampled_from([path, path, path, above, f"{path}/below", f"{path}/b/x.py"])


def _generalised(part: str) -> st.SearchStrategy[str]:
    """Given a part of a path, return a strategy for globs that match it, or nearly."""
    first, last, rest = part[:1], part[-1:], part[1:]
    near = [f"{first}*", f"*{last}", f"{part}*", "?" * len(part), f"{first}?{part[2:]}", "*", "**"]
    near += [f"[{first}z]{rest}", f"[!{first}]{rest}", f"[!q]{rest}", f"{first}[!q]{part[2:]}", f"[^q]{rest}"]
    near += [f"[]{first}]{rest}", f"[a-c]{rest}", f"{first}**", f"**{last}", f"{first}*{last}", f"{first}**{last}"]
    return st.one_of(st.just(part), st.just(part), st.sampled_from(near))


def globs(path: str, *, any_case: bool) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for globs around it."""
    parts = st.tuples(*map(_generalised, path.split("/"))).map(lambda drawn: "/" + "/".join(drawn))
    whole = st.one_of(*[parts] * 9, st.sampled_from(["", "/", "*", "/*", "/**", "**", "/**/"]))
    ending = st.sampled_from(["", "", "", "", "/", "/", "/*", "/**", "**"])
    cases = ["ignorecase:"] if any_case else ["", "", "", "ignorecase:", "IgnoreCase:"]
    return st.builds(_glob, whole, ending, st.sampled_from(["", *cases]))


def _glob(whole: str, ending: str, case: str) -> str:
    text = re.sub("/+", "/", f"{whole}{ending}")
    return f"{case}{FOLDER}{text.swapcase() if case else text}"


def literals(path: str, *, any_case: bool) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for literal paths around it."""
    other = path.swapcase() if any_case else f"{path[:1]}*"
    return st.sampled_from([f"{FOLDER}/{path}", f"{FOLDER}/{path}/", f"{FOLDER}/{other}", FOLDER])


def expressions(path: str, *, any_case: bool) -> st.SearchStrategy[str]:
    """Given a path below a pair's folder, return a strategy for regular expressions around it."""
    exact = re.escape(path.swapcase() if any_case else path)
    bodies = [
        exact,
        f"{exact}$",
        f"{exact}/",
        f".*{re.escape(path[-1:])}$",
        "[^/]*$",
        f"(?:.*/)?({exact}|b)$",
        "a+",
        "(?i:D)ata",
    ]
    beginnings = [f"^.*/{NAME}/", f"/{NAME}/", f"/{NAME}(?=/)/?"]
    return st.builds("{}{}".format, st.sampled_from(beginnings), st.sampled_from(bodies))


Patterns = Callable[..., st.SearchStrategy[str]]
# How the filter options that choose it read a pattern.
PATTERNS: Mapping[str, Patterns] = {
    "--filter-globbing": globs,
    "--filter-literal": literals,
    "--filter-regexp": expressions,
}


def lines(patterns: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Given a strategy for patterns of a `listable` path, return one for the lines of a filelist that has them."""
    shapes = ["{}", "{}", "+ {}", "- {}", "  {}  ", "'{}'", '- "{}"', "{}\r", f"{FOLDER}/none\r{{}}"]
    of_patterns = st.builds(str.format, st.sampled_from(shapes), patterns)
    others = st.sampled_from(["", "   ", "# a comment", f"  # {FOLDER}", "''", "'"])
    return st.builds(_among, of_patterns, st.lists(st.one_of(of_patterns, others), max_size=2))


def _among(line: str, others: list[str]) -> tuple[str, ...]:
    return (*others[:1], line, *others[1:])


def listable(text: str) -> str:
    """Given a path, return it as a line of a list can hold it: without newlines, and as UTF-8."""
    return text.replace("\n", "").encode("utf-8", "replace").decode()
