"""What an exception says of a backup: a finding, or why no verdict was possible."""

import errno
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.checks import Finding, FindingsError
from verify.errors import CannotRunError
from verify.evidence import SHOWN, CouldNotRun, passing_through, told_by

LOST = Finding("content", "a", "1 byte", "none")
OTHER = Finding("structure", "b", "a file", "nothing")


def raised(test: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each caller says which
        test()
    return caught.value


def findings(error: BaseException) -> list[str]:
    told = told_by(error)
    return [value["path"] for name, value in told.properties if name == "finding"] if told else []


def trouble(error: BaseException) -> list[str]:
    told = told_by(error)
    return [value for name, value in told.properties if name == "could-not-run"] if told else []


def test_findings_are_told_by_themselves() -> None:
    told = told_by(FindingsError((LOST, OTHER)))
    assert told is not None
    assert told.text == f"{LOST}\n\n{OTHER}"
    assert told.properties == [("finding", LOST.as_json()), ("finding", OTHER.as_json())]


def test_a_finding_that_came_twice_is_one() -> None:
    assert findings(ExceptionGroup("two", [FindingsError((LOST,)), FindingsError((LOST, OTHER))])) == ["a", "b"]


def test_more_findings_than_a_screen_holds_are_counted() -> None:
    many = tuple(Finding("content", str(number), "1", "2") for number in range(SHOWN + 3))
    told = told_by(FindingsError(many))
    assert told is not None
    assert told.text.endswith("\n\nand 3 more findings")
    assert len(told.properties) == len(many)


def test_trouble_is_told_as_its_sentence() -> None:
    told = told_by(CannotRunError("no engine answers"))
    assert told is not None
    assert (told.text, told.properties) == (
        "could not run: no engine answers",
        [("could-not-run", "no engine answers")],
    )


@pytest.mark.parametrize("error", [AssertionError("x"), KeyError("x"), OSError(errno.EIO, "x"), KeyboardInterrupt()])
def test_what_is_neither_keeps_its_traceback(error: BaseException) -> None:
    assert told_by(error) is None


def test_trouble_while_a_finding_is_handled_is_trouble() -> None:
    def test() -> None:
        try:
            raise FindingsError((LOST,))
        finally:
            raise CannotRunError("the store died")

    error = raised(test)
    assert (findings(error), trouble(error)) == ([], ["the store died"])


def test_a_finding_while_trouble_is_handled_is_a_finding() -> None:
    error = FindingsError((LOST,))
    error.__cause__ = CannotRunError("no such path")
    assert findings(error) == ["a"]


def test_a_cause_that_was_cut_off_is_not_looked_at() -> None:
    error = KeyError("x")
    error.__context__ = FindingsError((LOST,))
    assert findings(error) == ["a"]
    error.__suppress_context__ = True  # as `from None` does
    assert told_by(error) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_trouble(number: int) -> None:
    (sentence,) = trouble(OSError(number, "No space left on device", "/tmp/x"))  # noqa: S108 - a name
    assert sentence.startswith("no space is left on this machine for /tmp/x (No space left on device): free some")


def test_a_chain_that_bites_its_tail_has_an_end() -> None:
    first, second = KeyError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert told_by(first) is None


QUICK = settings(max_examples=20, database=None, suppress_health_check=list(HealthCheck))


def test_a_finding_passes_through_hypothesis_with_its_smallest_example() -> None:
    @QUICK
    @given(st.integers(0, 1000))
    def test(number: int) -> None:
        if number > 100:
            raise FindingsError((Finding("content", str(number), "1", "2"),))

    told = told_by(raised(test))
    assert told is not None
    assert [value["path"] for name, value in told.properties if name == "finding"] == ["101"]
    (example,) = [value for name, value in told.properties if name == "example"]
    assert "number=101" in example
    assert "number=101" in told.text


def test_trouble_ends_a_hypothesis_test_at_once() -> None:
    calls = []

    @QUICK
    @given(st.integers())
    def test(number: int) -> None:
        calls.append(number)
        raise CannotRunError("the store died")

    test.hypothesis.inner_test = passing_through(test.hypothesis.inner_test)  # type: ignore[attr-defined]
    error = raised(test)
    assert isinstance(error, CouldNotRun)
    assert trouble(error) == ["the store died"]
    assert len(calls) == 1


@pytest.mark.parametrize("error", [FindingsError((LOST,)), KeyError("x"), OSError(errno.EIO, "x")])
def test_all_but_trouble_passes_as_it_is(error: Exception) -> None:
    def test() -> None:
        raise error

    assert raised(passing_through(test)) is error


def test_a_test_is_wrapped_once() -> None:
    wrapped = passing_through(lambda: None)
    assert passing_through(wrapped) is wrapped
