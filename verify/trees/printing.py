"""Paths and names as text, without loss."""

import unicodedata

INVISIBLE = "CZM"  # first letters of Unicode's categories: control, separators, combining marks


def printable(path: bytes) -> str:
    r"""Return a path as text; two different paths never give the same text.

    Bytes that are not UTF-8 are shown as `\xNN`. Characters that cannot be seen (controls, all blanks but the space,
    combining marks) are escaped, and a backslash is doubled.
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
