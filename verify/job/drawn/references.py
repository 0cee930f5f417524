"""`$NAME` and its relatives, sound and broken, and the variables that they may find."""

from collections.abc import Mapping

from hypothesis import strategies as st

# What whoever deploys has set. NONE is never set.
CALLER: Mapping[str, str] = {"DATA": "/mnt/data", "TAG": "1.2", "EMPTY": "", "DOLLAR": "a$TAG", "SPACED": "one  two "}
NAMES = (*CALLER, "NONE", "_X1")

names = st.sampled_from(NAMES)
_words = st.text("abc XYZ019_./:@%+,=-#'\"{}", max_size=6)
_operators = st.sampled_from((*(":-", "-", ":+", "+") * 3, ":?", "?"))


def _braced(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda name, operator, text: f"${{{name}{operator}{text}}}", names, _operators, _words | inner)


_sound = st.recursive(
    st.builds(lambda name: f"${name}", names) | st.builds(lambda name: f"${{{name}}}", names), _braced, max_leaves=3
)
_odd = st.sampled_from(
    ("$$", "$$TAG", "$${TAG}", "$$$TAG", "$", "$1", "$ ", "$-", "${}", "${1}", "${TAG", "${TAG!x}", "${ TAG }", "$é")
)
references = st.integers(0, 11).flatmap(lambda number: _sound if number else _odd)
"""A strategy for a `$…` as it is written, now and then one that docker refuses."""
