"""Rule sets that duplicity refuses, each by one defect among good rules."""

from collections.abc import Mapping

from hypothesis import strategies as st
from packaging.version import Version

from verify.selection.pairs.pairs import FOLDER, LAST, Group, Written
from verify.selection.pairs.patterns import paths
from verify.selection.pairs.strategies import Filters, rules
from verify.selection.releases import options_of

DEFECTS: Mapping[str, Group] = {
    "outside-the-source": (Written("--exclude", "/not the source"),),
    "beside-the-source": (Written("--include", f"{FOLDER}2/a"),),
    "relative": (Written("--exclude", "a/b"),),
    "literally-outside-the-source": (Written("--filter-literal"), Written("--exclude", "/not the source")),
    "two-slashes": (Written("--exclude", f"{FOLDER}//a"),),
    "a-reversed-range": (Written("--include", f"{FOLDER}/[z-a]"),),
    "no-expression": (Written("--exclude-regexp", "(a"),),
    "no-expression-in-a-pattern": (Written("--filter-regexp"), Written("--exclude", "[a")),
    "no-pattern": (Written("--exclude", ""),),
    "no-pattern-behind-ignorecase": (Written("--exclude", "ignorecase:"),),
    "no-marker": (Written("--exclude-if-present", ""),),
    "no-value": (Written("--exclude"), Written("--exclude-device-files")),
    "a-value-that-looks-like-an-option": (Written("--exclude-regexp", "-a"),),
    "a-value-too-many": (Written("--exclude-device-files=1"),),
    "no-time": (Written("--exclude-older-than", "yesterday"),),
    "no-such-option": (Written("--exclude-everything"),),
    "the-beginning-of-an-option": (Written("--exclude-", "a"),),
    "no-such-list": (Written("--include-filelist", f"{FOLDER}/no such list"),),
    "a-line-outside-the-source": (Written("--exclude-filelist", lines=("# a comment", "- /not the source")),),
    "a-list-that-is-no-text": (Written("--exclude-filelist", lines=(f"{FOLDER}/\udcff",)),),
    "a-list-that-names-nothing": (Written("--files-from", lines=("", "")),),
    "a-list-that-names-an-absolute-path": (Written("--files-from", lines=("a", f"{FOLDER}/a")),),
    "a-list-with-a-NUL": (Written("--files-from", lines=("a\0b",)),),
    "no-such-list-of-files": (Written("--files-from", f"{FOLDER}/no such list"),),
}
# What is refused only where nothing follows.
LAST_DEFECTS: Mapping[str, Group] = {
    "an-inclusion-last": (Written("--include", f"{FOLDER}/a"),),
    "an-inclusion-by-a-list-last": (Written("--exclude-filelist", lines=(f"+ {FOLDER}/a",)),),
    "a-filter-last": (Written("--exclude", f"{FOLDER}/a"), Written("--filter-literal")),
    "filters-that-only-repeat-the-default": (Written("--filter-strictcase"), Written("--exclude", f"{FOLDER}/a")),
}


@st.composite
def bad_rules(draw: st.DrawFn, title: str, release: Version) -> Group:
    """Given the title of a defect, draw rules that have it; the simplest have nothing else."""
    about = tuple(draw(st.lists(paths, min_size=1, max_size=2)))
    rule = rules(about, Filters(), frozenset(options_of(release)))
    good = st.lists(rule, max_size=2).map(lambda drawn: tuple(option for group in drawn for option in group))
    if title in LAST_DEFECTS:
        return (*draw(good), *LAST_DEFECTS[title])
    return (*draw(good), *DEFECTS[title], *draw(good), *LAST)
