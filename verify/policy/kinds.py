"""The kinds of values that a policy has: how each is written, and what it is read as.

A value in quotes may be one of any kind, for `${NAME}` in it is replaced before it is read; flags
are read in the same way.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from verify.checks import Severity
from verify.secret import Secret

RECEIVERS = ("mail", "healthchecks", "uptime-kuma", "textfile", "apprise")
HEARTBEATS = ("healthchecks", "uptime-kuma", "textfile")  # of these one hears when drills stop
STATES_TOLD = ("proven", "findings", "could-not-run", *Severity)
TLS_WAYS = ("starttls", "tls", "none")
_DURATION = re.compile(r"(?:\d+[smhdwDW])+")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
JOB_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"  # a folder of reports has it, too
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMGT]i?)?B")
_SCALE = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True)
class ValueKind:
    """A kind of value: what reads it, how to say it, and its JSON schema without references.

    `read` raises ValueError where the value is none of its kind. `many` says that a flag of this
    kind may be given several times, `tables` that the values are tables with keys of their own.
    """

    read: Callable[[Any], Any]
    meaning: str  # the end of "write …"
    schema: Mapping[str, Any]
    many: bool = False
    tables: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError  # noqa: TRY004 - one error for every value that is none of its kind
    return tuple(_text(each) for each in value)


def _plain_paths(value: Any) -> tuple[str, ...]:
    paths = _texts(value)
    if any(path.startswith("/") or {"", ".", ".."} & set(path.split("/")) for path in paths):
        raise ValueError
    return paths


def _duration(value: Any) -> timedelta:
    text = _text(value)
    if not _DURATION.fullmatch(text):
        raise ValueError
    parts = re.findall(r"(\d+)([a-zA-Z])", text)
    return timedelta(seconds=sum(int(number) * _SECONDS[unit.lower()] for number, unit in parts))


def _size(value: Any) -> int:
    found = _SIZE.fullmatch(_text(value))
    if not found:
        raise ValueError
    unit: str = found[2] or ""
    factor: int = (1024 if unit.endswith("i") else 1000) ** _SCALE[unit.removesuffix("i")]
    return round(float(found[1]) * factor)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError  # noqa: TRY004 - as above
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError
    return number


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or int(value) < 0:
        raise ValueError
    return int(value)


def _share(value: Any) -> float:
    share = _number(value)
    if not 0 < share < 1:
        raise ValueError
    return share


def _severity(value: Any) -> Severity:
    return Severity(_text(value))


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return read


def _states(value: Any) -> tuple[str, ...]:
    states = _texts(value)
    if not states or not set(states) <= set(STATES_TOLD):
        raise ValueError
    return states


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(address.strip() for address in value.split(",")) if isinstance(value, str) and value else _texts(value)


def _tables(value: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError
    return tuple(value)


def _jobs(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ValueError
    if not all(re.fullmatch(JOB_NAME, name) for name in value):
        raise ValueError
    return value


def _or_replaced(schema: Mapping[str, Any], pattern: str) -> Mapping[str, Any]:
    """Given what a value is by itself, return the schema that also takes it in quotes, or from `${NAME}`."""
    return {"anyOf": [schema, {"type": "string", "pattern": rf"^({pattern})$|\$\{{"}]}


def _written(pattern: str, *examples: str) -> Mapping[str, Any]:
    return {"type": "string", "pattern": rf"^({pattern})$|\$\{{", "examples": list(examples)}


_LIST = {"type": "array", "items": {"type": "string", "minLength": 1}}

PATH = ValueKind(_text, 'a path in quotes, such as "duplicity.env"', {"type": "string", "minLength": 1})
PATTERNS = ValueKind(
    _texts, 'a list of paths and globs below the source, such as ["config", "**.sql"]', _LIST, many=True
)
PATHS = ValueKind(
    _plain_paths,
    'a list of paths relative to the source, such as ["config/traefik.yml"]',
    {"type": "array", "items": {"type": "string", "pattern": r"^(?!(.*/)?\.{0,2}(/|$))"}},  # no part "", "." or ".."
    many=True,
)
DURATION = ValueKind(
    _duration,
    'a duration of s, m(inutes), h, d and w, such as "26h" or "1d12h"',
    _written(_DURATION.pattern, "26h", "1d12h", "2w"),
)
SIZE = ValueKind(
    _size, 'a size in kB, MB, GB, TB or kiB, MiB …, such as "2GB"', _written(_SIZE.pattern, "2GB", "500MiB")
)
COUNT = ValueKind(_count, "a whole number, such as 100", _or_replaced({"type": "integer", "minimum": 0}, r"\d+"))
NUMBER = ValueKind(_number, "a number, such as 0.02", _or_replaced({"type": "number", "minimum": 0}, r"\d+(\.\d+)?"))
SHARE = ValueKind(
    _share,
    "a share between 0 and 1, such as 0.5",
    _or_replaced({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, r"0?\.\d+"),
)
SEVERITY = ValueKind(
    _severity,
    'one of "lost", "at-risk", "tidy-up"',
    _written("|".join(Severity), *Severity),
)
TEXT = ValueKind(_text, "a text in quotes", {"type": "string", "minLength": 1})
SECRET = ValueKind(
    lambda value: Secret(_text(value)),
    'a text in quotes, better "${NAME}", which is taken from the environment',
    {"type": "string", "minLength": 1},
)
RECEIVER = ValueKind(_one_of(RECEIVERS), f"one of {', '.join(RECEIVERS)}", _written("|".join(RECEIVERS), *RECEIVERS))
TLS = ValueKind(_one_of(TLS_WAYS), f"one of {', '.join(TLS_WAYS)}", _written("|".join(TLS_WAYS), *TLS_WAYS))
STATES = ValueKind(
    _states,
    f'a list of {", ".join(STATES_TOLD)}, such as ["findings", "could-not-run"]',
    {"type": "array", "minItems": 1, "items": {"enum": list(STATES_TOLD)}},
)
ADDRESSES = ValueKind(
    _addresses,
    'an address, or a list, such as ["you@example.org"]',
    {"anyOf": [{"type": "string", "minLength": 1}, {**_LIST, "minItems": 1}]},
)
TABLES = ValueKind(_tables, "tables, each below a line [[notify]]", {"type": "array"}, tables=True)
JOBS = ValueKind(
    _jobs,
    "a table for each below a line [jobs.NAME], with a name of letters, digits, - and _",
    {"type": "object"},
    tables=True,
)
