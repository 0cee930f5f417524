"""A command in one text, split into words as docker stack deploy and docker compose split it."""

import re
from collections.abc import Iterator

_PART = re.compile(r"""\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s\\'"(]+|\()""", re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]+")
# docker compose ends the command here, and says nothing.
_END = re.compile(r"[;&|<>]")


def words_of(text: str, *, compose: bool = False) -> tuple[str, ...]:
    """Given a command, return its words; no shell is asked, so variables and globs stay.

    Raise ValueError on what docker refuses.
    """
    return tuple(_words(text, compose=compose))


def _words(text: str, *, compose: bool) -> Iterator[str]:
    at, word = 0, None
    while at < len(text):
        if blank := _BLANK.match(text, at):
            if word is not None:
                yield word
            at, word = blank.end(), None
        elif compose and _END.match(text, at):
            break
        elif compose and text[at] == "(" and not (word or "").endswith("$"):
            raise ValueError("a `(`")
        elif not compose and word is None and text[at] == "#":
            at = len(text) - len(text[at:].partition("\n")[2])
        elif part := _PART.match(text, at):
            plain = _cut(part, compose=compose)
            word, at = (word or "") + plain[0], at + plain[1]
        else:
            raise ValueError("a quote is not closed")
    if word is not None:
        yield word


def _cut(part: re.Match[str], *, compose: bool) -> tuple[str, int]:
    """Given a part of a word, return what it stands for and how much of the text that is."""
    escaped, single, double, plain = part.groups()
    if plain is not None:
        end = _END.search(plain) if compose else None
        return (plain[: end.start()], end.start()) if end else (plain, len(plain))
    if double is not None:
        single = re.sub(r"\\(.)", r"\1", double, flags=re.DOTALL)
    return (escaped if escaped is not None else single or ""), len(part.group())
