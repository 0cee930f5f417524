"""YAML as Go reads it: what docker and docker compose take a stack file's words for.

Their reader is go-yaml: `yes` and `on` are texts, `010` is eight, `0o10` too, a day is a time, a name
that is given twice is refused. `go_text` prints a value as Go does, for that is what a container gets.
"""

import base64
import datetime as dt
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_INT = re.compile(r"[-+]?(0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?"
    r"[ \t]*(Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?\Z"
)
_LARGEST = 2**64 - 1
_SMALLEST = -(2**63)
_WRITTEN_OUT = range(-4, 6)  # powers of ten that Go writes without an exponent
_TAG = "tag:yaml.org,2002:"
OVERRIDE, RESET = "!override", "!reset"


class Replacing:
    """A value that compose's `!override` or `!reset` puts in the place of what other files say."""

    def __init__(self, value: Any, *, reset: bool) -> None:
        self.value, self.reset = value, reset


def untagged(value: Any) -> Any:
    """Given a part of a file, return it without compose's tags, which docker stack deploy does not know."""
    if isinstance(value, Replacing):
        return untagged(value.value)
    if isinstance(value, dict):
        return {key: untagged(each) for key, each in value.items()}
    return [untagged(each) for each in value] if isinstance(value, list) else value


class GoTime(dt.datetime):
    """A time that a stack file names, printed as Go prints it."""

    def __str__(self) -> str:
        shift = self.strftime("%z")
        fraction = f".{self.microsecond:06d}".rstrip("0") if self.microsecond else ""
        return f"{self:%Y-%m-%d %H:%M:%S}{fraction} {shift} {'UTC' if shift == '+0000' else shift}"


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with go-yaml's idea of what a word is."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        self._refuse_twins(node)
        return super().construct_mapping(node, deep)

    def _refuse_twins(self, node: MappingNode) -> None:
        seen = set[str]()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode) or key.tag == f"{_TAG}merge":
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is given twice in one place", key.start_mark
                )
            seen.add(key.value)


_Loader.yaml_implicit_resolvers = {}


def _resolved(self: yaml.resolver.BaseResolver, kind: type[Node], value: str, implicit: Any) -> str:
    """Return a node's tag: of a plain word, what go-yaml takes it for."""
    if kind is not ScalarNode or not implicit[0]:
        return str(yaml.resolver.BaseResolver.resolve(self, kind, value, implicit))  # type: ignore[no-untyped-call]
    return f"{_TAG}{_kind_of(value)}"


def _kind_of(word: str) -> str:
    if word in {"", "~", "null", "Null", "NULL"}:
        return "null"
    if word in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return "bool"
    if word == "<<":
        return "merge"
    if isinstance(_number(word), int | float):
        return "int"
    return "timestamp" if _day(word) or _TIME.fullmatch(word) else "str"


def _number(word: str) -> int | float | None:
    plain = word.replace("_", "")
    if word[:1] not in "-+.0123456789" or not plain:
        return None
    if _INT.fullmatch(word) and (whole := _whole(plain)) is not None:
        return whole
    if _SPECIAL.fullmatch(word):
        return float(plain.lower().replace(".", ""))
    number = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    return number if math.isfinite(number) else None  # too large for Go is a text


def _whole(plain: str) -> int | None:
    """Given digits without `_`, return the number.

    None where Go's integers do not hold it, or its base not its digits.
    """
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain.removeprefix("+"))
    if re.fullmatch(r"0[0-9]+", digits):
        if re.search("[89]", digits):
            return None
        digits = f"0o{digits[1:]}"
    number = int(f"{sign}{digits}", 0)
    return number if _SMALLEST <= number <= _LARGEST else None


def _day(word: str) -> GoTime | None:
    found = _DAY.fullmatch(word)
    try:
        return GoTime(int(found[1]), int(found[2]), int(found[3]), tzinfo=dt.UTC) if found else None
    except ValueError:
        return None


def _time(word: str) -> GoTime | str:
    if (day := _day(word)) is not None:
        return day
    found = _TIME.fullmatch(word)
    if found is None:
        return word
    year, month, day_, hour, minute, second = (int(part) for part in found.groups()[:6])
    micro = int(f"{found[7] or ''}000000"[:6])
    try:
        return GoTime(year, month, day_, hour, minute, second, micro, tzinfo=_zone(found[8] or "Z"))
    except ValueError:
        return word


def _zone(zone: str) -> dt.tzinfo:
    if zone == "Z":
        return dt.UTC
    hours, _, minutes = zone[1:].partition(":") if ":" in zone else (zone[1:3], "", zone[3:])
    shift = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
    return dt.timezone(-shift if zone[0] == "-" else shift)


def _construct_number(_: _Loader, node: ScalarNode) -> Any:
    number = _number(node.value)
    return node.value if number is None else number


def _construct_binary(_: _Loader, node: ScalarNode) -> str:
    return base64.b64decode(node.value).decode("latin-1")


def _construct_tagged(loader: _Loader, suffix: str, node: Node) -> Any:
    """Return a value with a tag of its own: go-yaml leaves the tag out of account, compose knows two."""
    tag = f"!{suffix}"
    value: Any
    if isinstance(node, MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = node.value
    return Replacing(value, reset=tag == RESET) if tag in {OVERRIDE, RESET} else value


_Loader.resolve = _resolved  # type: ignore[method-assign]
_Loader.add_constructor(f"{_TAG}int", _construct_number)
_Loader.add_constructor(f"{_TAG}float", _construct_number)
_Loader.add_constructor(f"{_TAG}timestamp", lambda _, node: _time(node.value))
_Loader.add_constructor(f"{_TAG}bool", lambda _, node: node.value.lower() == "true")
_Loader.add_constructor(f"{_TAG}binary", _construct_binary)
_Loader.add_multi_constructor("!", _construct_tagged)


def documents_of(text: str) -> Iterator[Any]:
    """Given a stack file's text, yield its documents. Raise `yaml.YAMLError` where it is no YAML."""
    yield from yaml.load_all(text, _Loader)


def go_text(value: Any) -> str:
    """Given a value of a stack file, return it as Go prints it, which is what a container gets of it."""
    if isinstance(value, bool):
        return str(value).lower()
    return _float_text(value) if isinstance(value, float) else str(value)


def _float_text(number: float) -> str:
    """Return a number with the fewest digits that mean it, with an exponent where Go writes one."""
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(number), "NaN")
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    if not number:
        return "-0" if sign else "0"
    power = len(digits) + int(exponent) - 1
    minus, text = "-" if sign else "", "".join(map(str, digits))
    if power in _WRITTEN_OUT:
        return f"{minus}{_written_out(text, power + 1)}"
    rest = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _written_out(digits: str, point: int) -> str:
    """Given digits and how many of them stand before the decimal point, return the number."""
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    whole, rest = digits[:point].ljust(point, "0"), digits[point:]
    return f"{whole}{f'.{rest}' if rest else ''}"
