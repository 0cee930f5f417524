"""duplicity's own `multi:` backend: several stores behind one URL, which a file of JSON names.

Read in its `multibackend.py`, 0.8.18 to 3.2.1.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.job.credentials import guarded, secrets_in_url
from verify.job.destination.urls import read_query, read_url
from verify.secret import Secret

MULTI = "multi"
MODES = ("mirror", "stripe")
_MEANT: Mapping[str, tuple[str, ...]] = {"mode": MODES, "onfail": ("abort", "continue"), "subpath": ()}


@dataclass(frozen=True, slots=True)
class MultiStore:
    """One store: its URL, the variables that hold when it is opened, and the `prefixes` of names that it is for."""

    url: str
    variables: Mapping[str, str]
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MultiUrl:
    """A `multi:` URL: the file that names the stores, and how they share what is written.

    Each of `mirror`s gets all; `stripe`s take turns. `refused` says why duplicity does not take it.
    """

    file: str
    mode: str = "stripe"
    below: str = ""  # what is put behind each store's URL
    refused: str = ""


def read_multi(url: str) -> MultiUrl:
    """Given a `multi:` URL, return what duplicity makes of it."""
    read = read_url(url)
    if read.refused:
        return MultiUrl(read.path, refused=read.refused)
    try:
        given = read_query(url)
    except ValueError:
        return MultiUrl(read.path, refused="what stands behind its `?` is no list of name=value")
    for name, values in given.items():
        if name not in _MEANT or len(values) != 1:
            return MultiUrl(read.path, refused=f"`{name}` behind its `?`: it takes mode, onfail and subpath, each once")
        if _MEANT[name] and values[0] not in _MEANT[name]:
            meant = " or ".join(f"{name}={each}" for each in _MEANT[name])
            return MultiUrl(read.path, refused=f"`{name}={values[0]}` behind its `?`: it takes {meant}")
    first = {name: values[0] for name, values in given.items()}
    return MultiUrl(read.path, first.get("mode", "stripe"), first.get("subpath", ""))


def stores_in(text: bytes, url: MultiUrl) -> Sequence[MultiStore]:
    """Given what the file holds, return the stores in their order. Raise ValueError where it names none so.

    duplicity sets a store's variables for all that come after it, too.
    """
    stores, variables = list[MultiStore](), dict[str, str]()
    listed = json.loads(text)
    if not isinstance(listed, list) or not listed:
        raise ValueError("it holds no list of stores")
    for number, each in enumerate(listed, 1):
        variables |= _variables(each, number)
        prefixes = tuple(map(str, each.get("prefixes") or ()))
        stores.append(MultiStore(each["url"] + url.below, dict(variables), prefixes))
    return stores


def secrets_of(stores: Iterable[MultiStore]) -> tuple[Secret, ...]:
    """Return the secrets in stores' URLs and variables, for `masked`."""
    values = [value for each in stores for value in guarded(each.variables).values()]
    in_urls = [secret for each in stores for secret in secrets_in_url(each.url)]
    return tuple({*(value for value in values if isinstance(value, Secret)), *in_urls})


def _variables(store: Any, number: int) -> dict[str, str]:
    if not isinstance(store, dict) or not isinstance(store.get("url"), str):
        raise ValueError(f"its store {number} has no `url`")  # noqa: TRY004 - one error for all that is wrong in it
    try:
        return {str(each["name"]): str(each["value"]) for each in store.get("env") or ()}
    except (TypeError, KeyError):
        raise ValueError(f"its store {number} has an `env` that is no list of name and value") from None
