"""`$NAME` in a stack file, as docker stack deploy replaces it.

Its own rules, and not those of docker compose (`verify.job.interpolation`): a default is taken as it is
written, `:+` is unknown, a `$` that begins no name is refused, and `$NAME-text` gives a default as
`${NAME-text}` does.
"""

import re

from verify.job.interpolation import InterpolationError, Lookup

_PLACE = "[_a-z][_a-z0-9]*(?::?[-?][^}]*)?"
_REFERENCE = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_PLACE})|\{{(?P<braced>{_PLACE})\}}|)", re.IGNORECASE)
_PLAIN = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|\{[^}]*\}|(?P<named>[_a-zA-Z]\w*))", re.ASCII)


def substituted(text: str, lookup: Lookup) -> str:
    """Given text and where variables come from, return it with its references replaced.

    Raise `InterpolationError` on a `$` that begins no reference, and on a required variable without a value;
    but where another reference follows that is right, docker forgets what was wrong before it.
    """
    trouble: InterpolationError | None = None

    def value(found: re.Match[str]) -> str:
        nonlocal trouble
        if found["escaped"]:
            return "$"
        try:
            done, trouble = _value(found["named"] or found["braced"], lookup), None
        except InterpolationError as error:
            done, trouble = "", error
        return done

    replaced = _REFERENCE.sub(value, text)
    if trouble:
        raise trouble
    return replaced


def _value(place: str | None, lookup: Lookup) -> str:
    if not place:
        raise InterpolationError("a `$` that begins no name")
    # The order is docker's: `${A-b:-c}` is the variable `A-b`, with the default `c`.
    for operator in (":-", "-", ":?", "?"):
        name, there, rest = place.partition(operator)
        if there:
            return _operated(lookup(name), operator, name, rest)
    return lookup(place) or ""


def _operated(value: str | None, operator: str, name: str, rest: str) -> str:
    if value is not None and (value or not operator.startswith(":")):
        return value
    if operator.endswith("-"):
        return rest
    raise InterpolationError(f"{name}, which `{operator}` requires, has no value")


def plain_names(text: str) -> list[str]:
    """Given text, return the variables that it names without a default, in order."""
    found = (match["braced"] or match["named"] for match in _PLAIN.finditer(text))
    return list(dict.fromkeys(name for name in found if name))
