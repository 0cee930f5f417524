"""A trial runs the tests that decide a check, those first that fail soonest, in whatever order the suite has them."""

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest

@pytest.fixture
def gallery(): ...

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items): items.sort(key=lambda item: "drawn" not in item.name)
"""
TESTS = """
from hypothesis import given, strategies
from verify.checks import Finding, checks, must_find_nothing

@checks("listing")
@given(number=strategies.integers())
def test_drawn(number): ...

@checks("listing")
def test_of_the_gallery(gallery): must_find_nothing([Finding("listing")])

@checks("listing")
def test_after_that(): ...

@checks("content")
def test_of_another_check(): ...
"""


@pytest.mark.parametrize(
    ("early", "ran"), [("", ["test_of_the_gallery"]), ("after", ["test_after_that", "test_of_the_gallery"])]
)
def test_the_run_ends_with_the_first_finding_and_what_is_drawn_comes_last(
    pytester: pytest.Pytester, early: str, ran: list[str]
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it=TESTS)
    own = ("-p", "verify.plugin", "-p", "verify.detection.deciding_plugin", "-p", "no:cacheprovider", "-v")
    done = pytester.runpytest_inprocess(*own, "--deciding=listing", f"--early={early}", "--report-dir=report")
    told = [line.partition("::")[2].split()[0] for line in done.outlines if "::test_" in line and "%" in line]
    assert told == ran
