"""Hypothesis tests that ask for nothing but a lab, run by packs: the pytest side of `verify.lab.packs`."""

import inspect
import secrets
import zlib
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from verify.lab.packs import Checking
from verify.lab.packs.drawing import drawn_by, has_blob, settings_of
from verify.lab.variants import CYCLES, PLAIN, Variant
from verify.profiles import PACKED


def run(item: pytest.Function) -> bool | None:
    """Given a Hypothesis test with a lab, run it by packs; return None if it is to be run as ever."""
    test: Any = item.obj
    fixtures = inspect.signature(test.hypothesis.inner_test).parameters.keys() - drawn_by(test)
    lab: Any = item.funcargs["lab"]
    if fixtures != {"lab"} or getattr(lab, "lanes", None) is None or has_blob(test) or item.get_closest_marker("alone"):
        return None
    Checking(test, "lab", lab, lab.lanes).run(examples_of(test), seed_of(item), variants_of(item, lab))
    return True


def variants_of(item: pytest.Function, lab: Any) -> Sequence[Variant]:
    """Given a test and its lab, return how its packs are backed up in turn; another test begins with another one."""
    cycle = CYCLES.get(settings.get_current_profile_name(), (PLAIN,))
    possible = [each for each in cycle if not (each.encryption and lab.unencrypted)]
    first = zlib.crc32(item.nodeid.encode()) % len(possible)
    return [*possible[first:], *possible[:first]]


def examples_of(test: Any) -> int:
    """Given a test, return how many examples of it are packed: more than the profile has for one by one."""
    name = settings.get_current_profile_name()
    own = settings_of(test).max_examples
    return PACKED[name] if name in PACKED and own == settings.get_profile(name).max_examples else own


def seed_of(item: pytest.Function) -> int:
    """Given a test, return the seed of its first pack: what --hypothesis-seed says, else another one each time."""
    given = item.config.getoption("hypothesis_seed", None)
    if given is not None:
        return Random(str(given)).getrandbits(64)  # noqa: S311 - it is to be the same each time
    if settings_of(item.obj).derandomize:
        return zlib.crc32(item.nodeid.encode())
    return secrets.randbits(64)
