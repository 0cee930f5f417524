"""Paths and names as text, without loss."""

import unicodedata

INVISIBLE = "CZM"  # first letters of Unicode's categories: control, separators, combining marks


def printable(path: bytes) -> str:
    r"""Given a path's bytes, return them as text that two different paths never share.

    Undecodable bytes are shown as `\xNN`, what can't be seen or told apart (controls, blanks but the
    space, combining marks) by its escape, and a backslash as two.
    """
    return "".join(map(_shown, path.decode("utf-8", "surrogateescape")))


def _shown(character: str) -> str:
    if character == "\\":
        return r"\\"
    if "\udc80" <= character <= "\udcff":
        return rf"\x{ord(character) - 0xDC00:02x}"
    if character != " " and unicodedata.category(character)[0] in INVISIBLE:
        return character.encode("unicode_escape").decode()
    return character
