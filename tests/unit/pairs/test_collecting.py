"""Collect, then run: what is drawn is judged at once, and a failure is met, shrunk and remembered by Hypothesis."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import core, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from verify.checks import Finding, FindingsError
from verify.concerns.selection.collecting import collected
from verify.errors import CannotRunError
from verify.evidence import CouldNotRun

NUMBERS = st.integers(0, 10_000)


class Judge:
    """Finds fault with every number from a limit on."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.packs: list[list[int]] = []
        self.singles: list[int] = []

    def together(self, numbers: Sequence[int]) -> Mapping[int, Sequence[Finding]]:
        self.packs.append(list(numbers))
        return {number: [Finding("content", "in company")] for number in numbers if number >= self.limit}

    def alone(self, number: int) -> Sequence[Finding]:
        self.singles.append(number)
        return [Finding("content", str(number))] if number >= self.limit else []


def run(judge: Judge, *, examples: int = 40, explicit: Sequence[int] = ()) -> None:
    collected("numbers of a test", NUMBERS, judge.together, judge.alone, examples=examples, explicit=explicit)


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(core, "global_force_seed", None)  # with CI's, Hypothesis stores nothing
    before = settings.get_current_profile_name()
    database = DirectoryBasedExampleDatabase(tmp_path / "examples")
    settings.register_profile("collecting", settings(), database=database)
    settings.load_profile("collecting")
    yield
    settings.load_profile(before)


def test_all_that_is_drawn_is_judged_at_once_and_nothing_twice() -> None:
    judge = Judge(limit=10_001)
    run(judge, explicit=[7])
    assert len(judge.packs) == 1
    assert judge.packs[0][0] == 7
    assert len(set(judge.packs[0])) == len(judge.packs[0]) > 20
    assert judge.singles == []


def test_a_failure_is_shrunk_one_by_one() -> None:
    judge = Judge(limit=500)
    with pytest.raises(FindingsError) as caught:
        run(judge)
    assert [finding.path for finding in caught.value.findings] == ["500"]
    assert len(judge.packs) == 1


def test_what_fails_only_in_company_is_told_as_that() -> None:
    judge = Judge(limit=500)
    judge.alone = lambda _: []  # type: ignore[method-assign]
    with pytest.raises(FindingsError) as caught:
        run(judge)
    assert [finding.path for finding in caught.value.findings] == ["in company"]


def test_an_explicit_failure_is_reported_as_it_is() -> None:
    with pytest.raises(FindingsError) as caught:
        run(Judge(limit=9_000), examples=10, explicit=[9_876])
    assert [finding.path for finding in caught.value.findings] == ["9876"]


def test_a_stored_failure_is_drawn_the_next_time() -> None:
    with pytest.raises(FindingsError):
        run(Judge(limit=500))
    judge = Judge(limit=10_001)
    run(judge, examples=1)
    assert 500 in judge.packs[0]
    assert judge.singles == []


def test_trouble_while_one_is_judged_alone_is_no_finding() -> None:
    judge = Judge(limit=500)

    def broken(number: int) -> Sequence[Finding]:
        raise CannotRunError("the store died")

    judge.alone = broken  # type: ignore[method-assign]
    with pytest.raises(CouldNotRun, match="the store died"):
        run(judge)
