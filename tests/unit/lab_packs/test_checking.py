"""A test is collected by packs; what fails in one is met where it was drawn, and shrunk by packs too."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, core, example, given, settings
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase

from verify.errors import CannotRunError
from verify.lab.client.variants import KEY, PLAIN, SYMMETRIC, Variant
from verify.lab.packs import checking, lookahead, shrinking
from verify.lab.packs.checking import Checking
from verify.lab.packs.drawing import collected, settings_of
from verify.lab.packs.running import HistoryVerdict

USUAL = settings(
    database=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink], max_examples=10, deadline=None
)
numbers = st.lists(st.integers(0, 1000), max_size=10)
SEED = 7


@dataclass
class FakeLab:
    """A lab for bodies that ask nothing of it."""

    lanes: Any = None
    variant: Variant = PLAIN
    statistics: Counter[str] = field(default_factory=Counter)


class FakeLanes:
    """Runs a pack when its verdicts are asked for; remembers the sizes of the packs."""

    count = 2

    def __init__(self, lab: FakeLab) -> None:
        self.lab = lab
        lab.lanes = self
        self.packs: list[int] = []
        self.variants: list[Variant] = []
        self.alone_holds = False  # whether what fails in company holds alone

    def submit(self, work: Callable[[Any], list[HistoryVerdict | None]]) -> Future[list[HistoryVerdict | None]]:
        future: Future[list[HistoryVerdict | None]] = Future()
        try:
            future.set_result(work(self.lab))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future

    def stop(self) -> None: ...

    def take_statistics(self) -> None: ...


@pytest.fixture(autouse=True)
def time_to_look_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine copies of the process come to less in their time, and more packs are run."""
    monkeypatch.setattr(lookahead, "COPIES_END_WITHIN", 60.0)


@pytest.fixture(autouse=True)
def no_duplicity(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(lab: FakeLab, bodies: Sequence[Callable[[Any], object]]) -> list[HistoryVerdict | None]:
        lab.lanes.packs.append(len(bodies))
        lab.lanes.variants.append(lab.variant)
        return [verdict_of(body, holds=lab.lanes.alone_holds and len(bodies) == 1) for body in bodies]

    monkeypatch.setattr(shrinking, "judged", judged)


def verdict_of(body: Callable[[Any], object], *, holds: bool) -> HistoryVerdict:
    try:
        body(None)
    except CannotRunError:
        raise
    except Exception as error:  # noqa: BLE001 - it is the verdict
        return HistoryVerdict(None if holds else error)
    return HistoryVerdict()


def check(test: Any, examples: int = 600) -> FakeLanes:
    lanes = FakeLanes(FakeLab())
    try:
        Checking(test, "lab", lanes.lab, lanes).run(examples, SEED)  # type: ignore[arg-type]
    except BaseException as error:
        error.lanes = lanes  # type: ignore[attr-defined]
        raise
    return lanes


def failing(values: list[int]) -> bool:
    return sum(value > 100 for value in values) >= 2


@USUAL
@given(values=numbers)
def never_two_above_a_hundred(lab: object, values: list[int]) -> None:
    assert not failing(values)


@USUAL
@given(values=numbers)
def always(lab: object, values: list[int]) -> None:
    assert all(value >= 0 for value in values)


def test_equal_seeds_draw_equally_and_each_example_once() -> None:
    drawn = collected(always, settings_of(always), seed=SEED, examples=300)
    assert drawn == collected(always, settings_of(always), seed=SEED, examples=300)
    assert drawn != collected(always, settings_of(always), seed=SEED + 1, examples=300)
    assert len({tuple(each["values"]) for each in drawn}) == len(drawn) > 200


def test_a_test_that_holds_is_run_by_packs_for_all_lanes() -> None:
    lanes = check(always, 700)
    assert len(lanes.packs) == 4
    assert sum(lanes.packs) > 400
    assert max(lanes.packs) <= checking.PACK


def test_packs_take_turns_at_the_variants_and_a_failure_keeps_its_own() -> None:
    lanes = FakeLanes(FakeLab())
    Checking(always, "lab", lanes.lab, lanes).run(1200, SEED, [PLAIN, SYMMETRIC, KEY])  # type: ignore[arg-type]
    assert lanes.variants == [PLAIN, SYMMETRIC, KEY, PLAIN]
    lanes = FakeLanes(FakeLab())
    with pytest.raises(AssertionError):
        Checking(never_two_above_a_hundred, "lab", lanes.lab, lanes).run(600, SEED, [KEY])  # type: ignore[arg-type]
    assert set(lanes.variants) == {KEY}


def test_few_examples_are_shared_out_to_all_lanes() -> None:
    assert len(check(always, 40).packs) >= 2


def test_a_failure_is_shrunk_as_by_hypothesis_itself_in_a_tenth_of_the_cycles() -> None:
    calls = Counter[str]()

    @settings(USUAL, max_examples=600)
    @given(values=numbers)
    def by_itself(lab: object, values: list[int]) -> None:
        calls["alone"] += 1
        assert not failing(values)

    with pytest.raises(AssertionError) as alone:
        by_itself(None)
    with pytest.raises(AssertionError) as packed:
        check(never_two_above_a_hundred)
    (note,) = [note for note in packed.value.__notes__ if "Failing test case" in note]
    assert "lab=lab" in note
    assert "values=[101, 101]" in note
    assert any("values=[101, 101]" in note for note in alone.value.__notes__)
    lanes: FakeLanes = packed.value.lanes  # type: ignore[attr-defined]
    assert len(lanes.packs) < 20


def test_what_failed_is_kept_in_the_database_and_met_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "global_force_seed", None)  # with CI's, Hypothesis stores nothing
    database = InMemoryExampleDatabase()

    @settings(USUAL, database=database)
    @given(values=numbers)
    def fails(lab: object, values: list[int]) -> None:
        assert not failing(values)

    with pytest.raises(AssertionError):
        check(fails)
    with pytest.raises(AssertionError) as again:
        check(fails)
    assert max(again.value.lanes.packs) < checking.PACK / 2  # type: ignore[attr-defined]  # no pack was drawn
    assert any("values=[101, 101]" in note for note in again.value.__notes__)


def test_an_example_that_is_given_is_tried_first() -> None:
    @USUAL
    @example(values=[500, 600])
    @given(values=numbers)
    def fails(lab: object, values: list[int]) -> None:
        assert not failing(values)

    with pytest.raises(AssertionError) as failed:
        check(fails)
    assert any("values=[500, 600]" in note for note in failed.value.__notes__)
    assert failed.value.lanes.packs == [1]  # type: ignore[attr-defined]


def test_what_fails_in_company_only_is_a_failure_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes = FakeLanes(FakeLab())
    lanes.alone_holds = True
    with pytest.raises(AssertionError) as failed:
        Checking(never_two_above_a_hundred, "lab", lanes.lab, lanes).run(600, SEED)  # type: ignore[arg-type]
    assert any("side by side" in note for note in failed.value.__notes__)


def test_a_lab_that_cannot_run_is_no_failure_of_a_history() -> None:
    @USUAL
    @given(values=numbers)
    def in_a_dead_lab(lab: object, values: list[int]) -> None:
        raise CannotRunError("the store died")

    with pytest.raises(CannotRunError, match="the store died"):
        check(in_a_dead_lab)


@pytest.fixture
def children() -> Iterator[None]:
    before = _children()
    yield
    assert _children() <= before


def _children() -> set[int]:
    """Return the process ids of this process's children: other tests may have left some."""
    here = Path("/proc/self/task")
    return {int(pid) for task in here.iterdir() for pid in (task / "children").read_text().split()}


@pytest.mark.usefixtures("children")
def test_copies_that_look_ahead_are_gone_afterwards() -> None:
    threads = threading.active_count()
    with pytest.raises(AssertionError):
        check(never_two_above_a_hundred)
    assert threading.active_count() == threads
