"""Hypothesis tests that ask for nothing but a lab, run by packs: the pytest side of `verify.lab.packs`."""

import contextlib
import inspect
import secrets
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from verify.checks import FindingsError
from verify.lab.client.variants import CYCLES, PLAIN, Variant
from verify.lab.lab import Lab
from verify.lab.packs import OPERATIONS, Checking, FailedExample, Lanes, lane_count
from verify.lab.packs.drawing import drawn_by, has_blob, settings_of
from verify.lab.replay.failures import Case, forget, keep, reproducing
from verify.lab.replay.script import script_of
from verify.operations import shown
from verify.options import JOB, LAB
from verify.plugin.profiles import PACKED, place_of
from verify.report.wording import near
from verify.trees import History, Tree

PACKABLE = {"lab", OPERATIONS}  # the arguments that a packed test may have beside what it draws
LANES: pytest.StashKey[list[Lanes]] = pytest.StashKey()  # those of the labs that are open


@contextlib.contextmanager
def lanes_for(lab: Lab, config: pytest.Config) -> Iterator[None]:
    """Keep lanes for the packed tests of a lab, until the lab is closed."""
    kept = config.stash.setdefault(LANES, [])
    with contextlib.closing(Lanes(lab, lane_count())) as lanes:
        kept.append(lanes)
        yield
        kept.remove(lanes)


def _lanes_of(lab: Any, config: pytest.Config) -> Lanes | None:
    return next((lanes for lanes in config.stash.get(LANES, []) if lanes.lab is lab), None)


def run(item: pytest.Function) -> bool | None:
    """Given a Hypothesis test with a lab, run it by packs; return None if it is to be run as ever."""
    test: Any = item.obj
    fixtures = inspect.signature(test.hypothesis.inner_test).parameters.keys() - drawn_by(test)
    lab: Any = item.funcargs["lab"]
    lanes = _lanes_of(lab, item.config)
    if fixtures - PACKABLE or lanes is None or has_blob(test) or item.get_closest_marker("alone"):
        return None
    given = {name: item.funcargs[name] for name in fixtures - {"lab"}}
    keeping = _Keeping(item, lab)
    checking = Checking(test, "lab", lab, lanes, given=given, as_found=keeping.as_found)
    try:
        checking.run(examples_of(test), seed_of(item), variants_of(item, lab))
    except FindingsError as error:
        keeping.at_last(checking, error)
        raise
    return True


class _Keeping:
    """Keeps the failure of a test in the folder of the run's reports, if it has one."""

    def __init__(self, item: pytest.Function, lab: Any) -> None:
        folder = item.config.getoption("report_dir")
        self._folder = Path(folder) if folder else None
        self._item = item
        self._lab = lab
        self._id = ""  # of what is kept by now
        self._begun = 0.0  # when it was found

    def as_found(self, failure: FailedExample, given: Mapping[str, Any]) -> None:
        """Keep a failure as it was found: who ends the run while it is made smaller has that."""
        case = self._case(failure, given)
        if case and self._folder and isinstance(failure.error, FindingsError):
            self._begun = time.perf_counter()
            with contextlib.suppress(OSError):  # it is tried once more at last, and then told
                self._id = keep(self._folder, case, failure.error.findings).name

    def at_last(self, checking: Checking, error: FindingsError) -> None:
        """Keep a failure as small as it has become, with a script; let its findings say how to meet them again."""
        case = self._case(checking.failure, checking.given) if checking.failure else None
        if case is None or self._folder is None:
            return
        about = f"{case.test}: duplicity {case.release}, found by duplicity-verify{error}"
        try:
            place = keep(self._folder, case, error.findings, script_of(checking.traced(), about))
        except OSError as trouble:
            error.add_note(f"It could not be kept in {self._folder}: {trouble}")
            return
        if self._id and self._id != case.id:
            forget(self._folder, self._id)
        error.findings = reproducing(error.findings, Path(near(str(place.absolute()))))
        if case.operations:
            error.add_note(f"operations: {shown(case.operations)}")
        if self._begun:
            self._lab.statistics["shrink_milliseconds"] += round((time.perf_counter() - self._begun) * 1000)

    def _case(self, failure: FailedExample, given: Mapping[str, Any]) -> Case | None:
        """Return the case of a failure; None if its test draws what is not written."""
        if not all(isinstance(value, History | Tree) for value in failure.example.values()):
            return None
        options = vars(self._item.config.option)
        named = {each.name: str(options[each.name]) for each in (*JOB, *LAB) if options.get(each.name)}
        return Case(
            f"{self._item.path.name}::{self._item.originalname}",
            self._lab.runtime,
            str(self._lab.release),
            failure.example,
            tuple(given.get(OPERATIONS, ())),
            failure.variant,
            {name: value for name, value in named.items() if name != "runtime"},
        )


def variants_of(item: pytest.Function, lab: Any) -> Sequence[Variant]:
    """Given a test and its lab, return how its packs are backed up in turn; another test begins with another one."""
    cycle = CYCLES.get(settings.get_current_profile_name(), (PLAIN,))
    possible = [each for each in cycle if not (each.encryption and lab.unencrypted)]
    possible = [replace(each, place=place_of(item)) for each in possible]
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
