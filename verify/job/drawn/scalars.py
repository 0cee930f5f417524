"""YAML scalars as they are written: each kind that a reader takes for something else than a text, and quoted texts."""

import json

from hypothesis import strategies as st

from verify.job.drawn.references import references

# One or several of each kind of YAML 1.1, YAML 1.2 and of what only looks like one.
KINDS = (
    *("yes", "No", "ON", "off", "y", "N", "tRue", "~", "null", "Null", "NULL", "nULL", ""),
    *("0", "7", "-3", "+5", "010", "08", "0o17", "0x1F", "-0x1f", "0b11", "+0b1", "1_000", "1__0", "0x_1", "_1", "1_"),
    *("123456789012345678901", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "-010", "0777"),
    *("18446744073709551615", "18446744073709551616", "0o", "0x", "0b2", "-0", "00", "-0b1", "-0o7", "+0x1", "08.5"),
    *("1.10", "1.", ".5", "1e3", "1E5", "1e-7", "-0.0", "1000000.0", "1e21", "1.5e300", "123456.789", "0.1"),
    *("1.5e", "1e+3", "+.5", "1.2.3", "0.00001", "123456789.0", "1_0.5", "1e16", "12345678.9"),
    *("12:30:45", "190:20:30", "1:5", "2024-01-31", "2024-1-3", "2001-12-14t21:59:43.10-05:00", "2024-01-31 10:00:00"),
    *("2024-01-31T10:00:00Z", "<<", "=", "!!str 5", "!!binary aGk=", "! 5"),
    *("a b", "a #b", "a#b", "-a", "?a"),
    *("a:b", ":a", "#a", "null x", "true x", "a\\n", "/mnt/x", "s3:///b/p", "*/15 * * * *"),
)


# docker refuses these as the value of a variable: drawn seldom, for the rest of such a file is read by nobody.
REFUSED = (
    *("true", "False", "TRUE", "1e400", "-.inf", ".NaN", "!!bool yes", "*none", "{a: b}", "[a]", "a: b", "'", "@a"),
    *("%a", "`a`", "- a", "? a", "&a b", "a:", "|", ">", "2024-13-01", "-", '!!int "5"', "[", "\\t"),
)


def _raw_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_plain = st.sampled_from((*KINDS * 6, *REFUSED)) | st.integers().map(str) | st.floats(allow_nan=False).map(str)
# No control characters but these: Go's reader of YAML takes them, Python's does not, and nobody writes them.
_texts = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\t\n\b\x1b"), max_size=8)
_printed = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), max_size=8)
_double = (
    st.builds(json.dumps, _printed)
    | st.builds(_raw_json, _texts)
    | st.sampled_from(('"a\\x41\\u00e9"', '"a\\\n  b"', '"\\e\\_\\N"', '"a\n\n  b"'))
)
_single = _printed.map(lambda text: "'" + text.replace("'", "''") + "'")
_referring = st.builds(lambda before, found, after: _raw_json(before + found + after), _printed, references, _printed)
_bare_reference = references.filter(lambda text: ": " not in text and " #" not in text)

scalars = _plain | _plain | _double | _single | _referring | _bare_reference
"""A strategy for a scalar in one line or a quoted one in several, now and then one that is no YAML."""
