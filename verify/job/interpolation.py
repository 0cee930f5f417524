"""`$NAME` and `${NAME…}` as docker compose and docker stack deploy replace them."""

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]  # a variable's value, or None where it is not set

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-+?]")


class InterpolationError(ValueError):
    """Raised when a `$…` is no valid reference or names a required variable that is missing."""


def interpolate(text: str, lookup: Lookup) -> str:
    """Given text and where variables come from, return it with its references replaced.

    `$$` gives `$`; a `$` before anything that starts no name stays. A variable that is not set
    gives nothing. Raise `InterpolationError` on `${` without an end or with an unknown operator,
    and where `${NAME:?…}` asks for a value that is not there.
    """
    done: list[str] = []
    while (at := text.find("$")) >= 0:
        done.append(text[:at])
        value, text = _reference(text[at + 1 :], lookup)
        done.append(value)
    return "".join([*done, text])


def _reference(rest: str, lookup: Lookup) -> tuple[str, str]:
    """Given the text after a `$`, return what the reference gives and the text behind it."""
    if rest.startswith("$"):
        return "$", rest[1:]
    if rest.startswith("{"):
        end = _closing_brace(rest)
        return _braced(rest[1:end], lookup), rest[end + 1 :]
    if name := _NAME.match(rest):
        return lookup(name.group()) or "", rest[name.end() :]
    return "$", rest


def _closing_brace(text: str) -> int:
    """Given text that starts with `{`, return where its `}` is; a reference ends on its own line."""
    line = text.split("\n", 1)[0]
    depth = 0
    for at, char in enumerate(line):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return at
    # `${A:-{x}` has no partner for each brace; the last one ends the reference then.
    end = line.rfind("}")
    if end < 0:
        raise InterpolationError("a `${` has no `}`")
    return end


def _braced(inside: str, lookup: Lookup) -> str:
    """Given what stands between `${` and `}`, return its value."""
    name = _NAME.match(inside)
    if name is None:
        raise InterpolationError("a `${` is followed by no name")
    value, rest = lookup(name.group()), inside[name.end() :]
    if not rest:
        return value or ""
    operator = _OPERATOR.match(rest)
    if operator is None:
        raise InterpolationError("a name after `${` is followed by neither `}` nor an operator")
    return _operated(value, operator.group(), rest[operator.end() :], lookup)


def _operated(value: str | None, operator: str, argument: str, lookup: Lookup) -> str:
    """Given a variable and an operator such as `:-`, return what they give."""
    given = value is not None and (not operator.startswith(":") or value != "")
    match operator[-1]:
        case "-":
            return (value or "") if given else interpolate(argument, lookup)
        case "+":
            return interpolate(argument, lookup) if given else (value or "")
    if not given:
        raise InterpolationError("a variable that `?` requires has no value")
    return value or ""
