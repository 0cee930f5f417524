"""What is printed where a stream cannot show our marks: a plain sign for each, and never an error."""

import codecs
import json
from typing import Any

PLAIN = dict(
    [("✓", "+"), ("✗", "x"), ("○", "o"), ("→", "->"), ("…", "..."), ("≤", "<="), ("≥", ">=")],
    **dict(zip("▁▂▃▄▅▆▇█", "12345678", strict=True)),
)
MARKS, IN_JSON = "duplicity-verify-marks", "duplicity-verify-json"  # as codecs know them


def plain(text: str) -> str:
    """Given a text, return it in ASCII: marks as plain signs, what is left as Python escapes it."""
    return "".join(each if each.isascii() else PLAIN.get(each, ascii(each)[1:-1]) for each in text)


def printable_on(stream: Any, how: str = MARKS) -> None:
    """Given a text stream, have it print what its encoding lacks in ASCII; in a way that JSON knows, if asked."""
    if hasattr(stream, "reconfigure"):  # a caller's own stream may be of another kind
        stream.reconfigure(errors=how)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    text, end = _lacking(error)
    return plain(text), end


def _escaped(error: UnicodeError) -> tuple[str, int]:
    text, end = _lacking(error)
    return json.dumps(text)[1:-1], end


def _lacking(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end], error.end


codecs.register_error(MARKS, _replaced)
codecs.register_error(IN_JSON, _escaped)
