"""Texts that a glob matches, and texts that it nearly matches. Always the same ones."""

import re
from collections.abc import Iterator

from verify.selection.globs import TOKEN, compiled, translate

# What a wildcard is made into, turn by turn.
_ANY = ("any/where", "", "one", "a b/c.d/e")
_STAR = ("x", "", ".hidden", "a b")
_ONE = ("q", "é", "?", " ")
_CANDIDATES = "aZ5_-. é*[x~!"  # for a set of characters, inside or outside of it
TURNS = len(_ANY)


def glob_instances(glob: str) -> Iterator[str]:
    """Given a glob, yield texts that it matches as a whole, as far as they are found."""
    tokens = list(TOKEN.finditer(glob))
    whole = compiled(translate(glob) + r"\Z", re.DOTALL)
    for turn in range(TURNS):
        text = "".join(_made(token, turn) for token in tokens)
        if whole.match(text):
            yield text


def glob_misses(glob: str) -> Iterator[str]:
    """Given a glob, yield texts that break it at one wildcard each."""
    tokens = list(TOKEN.finditer(glob))
    made = [_made(token, 0) for token in tokens]
    for number, token in enumerate(tokens):
        for broken in _broken(token):
            yield "".join([*made[:number], broken, *made[number + 1 :]])


def _made(token: re.Match[str], turn: int) -> str:
    match token.lastgroup:
        case "any":
            return _ANY[turn]
        case "star":
            return _STAR[turn]
        case "one":
            return _ONE[turn]
        case "members":
            inside = _members(token, inside=True)
            return inside[turn % len(inside)] if inside else ""
        case _:
            return token[0]


def _broken(token: re.Match[str]) -> tuple[str, ...]:
    match token.lastgroup:
        case "star":
            return ("x/y",)
        case "one":
            return ("", "qq", "/")
        case "members":
            return ("", *_members(token, inside=False)[:2])
        case _:
            return ()


def _members(token: re.Match[str], *, inside: bool) -> list[str]:
    """Return characters that a set holds, or does not: of its own text, and of some others."""
    one = compiled(translate(token[0]) + r"\Z")
    candidates = dict.fromkeys(token["members"] + _CANDIDATES)
    return [character for character in candidates if bool(one.match(character)) == inside and character != "/"]
