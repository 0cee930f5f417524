"""What a destination goes through in its life leaves every point that retention keeps, and no other."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from verify.checks import Finding, checks, must_find_nothing
from verify.concerns.operations import Course
from verify.lab.history_lab import HistoryLab
from verify.lab.lab import FIRST_POINT, Chain, Lab, Taking
from verify.operations import DAY, Operation, dealt, operations_of
from verify.trees import History, Tree, compare, file, histories
from verify.trees.model import SECOND

pytestmark = pytest.mark.of_the_release

SEQUENCES = {"smoke": 1, "default": 1, "nightly": 40}
LENGTH = 10  # operations
HISTORIES = 40  # of each sequence
CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3"  # spelled out: an image may have no time zones
HALF_AN_HOUR = 1800  # seconds
TREES = [Tree({b"a": file((number, 100 + number), mtime_ns=number * SECOND)}) for number in range(1, 4)]
# What duplicity does where it would have to refuse, by operations that lead there; measured with 3.2.1.
NOT_REFUSED = {
    "full, incremental, full, remove-all-but-n-full 1": "a point that was removed is restored as the oldest one left",
    "full, incremental, full, remove-all-inc-of-but-n-full 1": "a removed incremental is restored as its full",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw the sequences of operations that the profile runs; the names say nothing, for workers draw their own."""
    if "operations" in metafunc.fixturenames:
        count = SEQUENCES[metafunc.config.getoption("profile") or "default"]
        random = Random(metafunc.config.getoption("hypothesis_seed", None))
        metafunc.parametrize("operations", dealt(random, count, LENGTH), ids=[f"drawn-{n}" for n in range(count)])


@checks("structure", "content", "metadata", "point-in-time", "retention", "single-path", "listing", "verify-agrees")
@settings(max_examples=HISTORIES)
@given(history=histories(points=8, max_nodes=6))
def test_every_point_that_retention_keeps_comes_back(
    lab: HistoryLab, operations: tuple[Operation, ...], history: History
) -> None:
    course = Course(lab, history.trees)
    course.run(operations)
    course.must_have_kept_everything()
    course.must_be_without_what_was_removed()


@pytest.mark.in_a_folder
@checks("limitation-holds")
@pytest.mark.parametrize(("way", "said"), NOT_REFUSED.items())
def test_a_point_that_is_gone_is_given_as_another_one(lab: Lab, way: str, said: str) -> None:
    course = Course(lab, TREES)
    course.run(operations_of(way))
    gone, given = course.gone_and_given()
    restored = lab.restore(gone)
    kept = restored.result.ok and not any(compare(given.inventory, restored.inventory, lab.limitations))
    refused = Finding("limitation-holds", "", said, restored.result.ending, "drop it here, and in `Past.given_at`")
    must_find_nothing([] if kept else [refused])


@pytest.mark.in_a_folder
@checks("limitation-holds")
def test_a_backup_after_the_clock_was_set_back_is_lost_without_a_word(lab: Lab) -> None:
    chain = lab.new_chain(archive=True)
    back_up_at(lab, chain, [FIRST_POINT + day * DAY for day in (0, 2, 1)])
    lost = chain.points[-1]
    restored = lab.restore(lost)
    back = restored.result.ok and not any(compare(lost.inventory, restored.inventory, lab.limitations))
    said = "a backup of a time before the newest point is in no chain; later incrementals are refused"
    kept = Finding("limitation-holds", "", said, "it came back as it was", "draw such clocks: `operations.drawing`")
    must_find_nothing([kept] if back else [])


@pytest.mark.in_a_folder
@checks("point-in-time")
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(1_711_846_800, id="to-summer-time"),  # 2024-03-31T01:00Z: 2 o'clock is 3 o'clock
        pytest.param(1_729_990_800, id="from-summer-time"),  # 2024-10-27T01:00Z: half past 2 comes twice
    ],
)
def test_points_around_a_change_of_the_clocks_come_back_as_they_were(lab: Lab, changed: int) -> None:
    chain = lab.new_chain(archive=True)
    chain.duplicity = replace(chain.duplicity, env={**chain.duplicity.env, "TZ": CENTRAL_EUROPE})
    back_up_at(lab, chain, [changed + half_hours * HALF_AN_HOUR for half_hours in (-1, 1, 3)])
    for point in chain.points:
        lab.restore(point).must_equal(point.inventory)


def back_up_at(lab: Lab, chain: Chain, times: Sequence[int]) -> None:
    """Back up each of the trees at its time: a full backup, then incrementals."""
    for tree, at in zip(TREES, times, strict=True):
        lab.fill_source(tree)
        lab.take_point(chain, Taking(at, full=not chain.points))
