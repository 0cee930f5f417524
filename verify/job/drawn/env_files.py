"""Env files as they are written: quotes, comments, references, `export`, bare names, line ends, and what is refused."""

from hypothesis import strategies as st

from verify.job.drawn.references import references

_NAMES = (
    "SRC",
    "DST",
    "OPTIONS",
    "PASSPHRASE",
    "JOB_300_WHAT",
    "JOB_300_WHEN",
    "CRONTAB_DAILY",
    "A",
    "B",
    "TAG",
    "EMPTY",
)
_ODD_NAMES = ("", "a.b", "a-b", "A[1]", "é", "A B", "A$", "1A", "export", "A\t", "\ufeffA", "A'", "A٣")

# What a reader refuses is drawn seldom: the rest of such a file is read by nobody.
_names = st.sampled_from((*_NAMES * 30, *_ODD_NAMES))
_chars = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=6)
_texts = st.text("abc XYZ/:@%=-$#'\"\\{}\t", max_size=8)
_commented = st.sampled_from((" # c", "#c", " #", "\t# c", " #'", '# "', ""))
_raw = st.lists(references | _texts | _chars | _commented, max_size=3).map("".join)
_escapes = st.sampled_from(
    ("\\n", "\\t", "\\\\", "\\'", '\\"', "\\$", "\\0101", "\\x41", "\\ ", "\\", "\n", "\\\n", "\\u0041")
)
_inner = st.lists(references | _texts | _escapes, max_size=3).map("".join)
_behind = st.sampled_from((*("",) * 12, " ", " # c", "x", "'", '"', "\t"))
_quoted = st.builds(lambda quote, text, behind: quote + text + quote + behind, st.sampled_from("'\""), _inner, _behind)
_values = st.sampled_from(("/mnt/data", "daily", "s3:///bucket/prefix", "--full-if-older-than 1W")) | _raw | _quoted

_equals = st.sampled_from((*("=",) * 120, " = ", "= ", " =", ": ", ":", "=\t", "=="))
_heads = st.sampled_from((*("",) * 120, "export ", "export\t", "  ", "\t", "exports ", "\u00a0", "\v"))
_assigned = st.builds(lambda head, name, equals, value: head + name + equals + value, _heads, _names, _equals, _values)
_bare = st.builds(lambda head, name, blank: head + name + blank, _heads, _names, st.sampled_from(("", " ", "\t")))
_others = st.sampled_from(("", "# comment", "  # 'comment", "#A=b", "\t", "\f"))

_lines = st.one_of(_assigned, _assigned, _assigned, _bare, _others)


@st.composite
def env_texts(draw: st.DrawFn) -> str:
    """Draw the text of an env file."""
    lines = draw(st.lists(_lines, min_size=1, max_size=5))
    end = draw(st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")))
    before = draw(st.sampled_from(("", "", "", "\ufeff")))
    return before + end.join(lines) + draw(st.sampled_from((end, "")))
