"""Paths as text."""


def printable(text: bytes | str) -> str:
    r"""Given a path or a text with one in it, return it as text, undecodable bytes as `\xNN`."""
    raw = text.encode(errors="surrogateescape") if isinstance(text, str) else text
    return raw.decode(errors="backslashreplace")
