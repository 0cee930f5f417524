"""What -k chooses, and what is said where it chooses nothing."""

from pathlib import Path

import pytest

from verify import assets
from verify.commands.chosen import must_choose_something, names_in, near_names
from verify.errors import CannotRunError

MODULE = """
from verify.checks import checks

@checks("content", "metadata")
def test_it_comes_back(lab): ...

def helper(): ...

class TestMore:
    @checks("destination-reachable")
    def test_it_answers(self): ...
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "test_mine.py").write_text(MODULE)
    return tmp_path / "test_mine.py"


def never() -> bool:
    raise AssertionError("pytest was asked")


def test_a_test_is_known_by_its_name_its_module_and_its_checks(module: Path) -> None:
    expected = [
        {"test_mine.py", "test_it_comes_back", "content", "metadata"},
        {"test_mine.py", "test_it_answers", "destination-reachable"},
    ]
    assert list(names_in([module])) == list(names_in([module.parent])) == expected


@pytest.mark.parametrize(
    "keyword",
    ["reachable", "destination-reachable", "Content", "comes_back", "content and not answers", "not nothing", "mine"],
)
def test_parts_of_names_choose(keyword: str, module: Path) -> None:
    must_choose_something(keyword, [module], never)


def test_pytest_is_asked_where_the_names_do_not_tell(module: Path) -> None:
    must_choose_something("embedded", [module], lambda: True)


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("reachible", " (did you mean destination-reachable?)"),
        ("destination-reachabel", " (did you mean destination-reachable?)"),
        ("metdata and not content", " (did you mean metadata?)"),
        ("test_it_come_back", " (did you mean test_it_comes_back?)"),
        ("content and answers", ""),
        ("xyz", ""),
    ],
)
def test_what_chooses_nothing_is_one_sentence_with_near_names(keyword: str, said: str, module: Path) -> None:
    with pytest.raises(CannotRunError) as raised:
        must_choose_something(keyword, [module], lambda: False)
    assert str(raised.value) == f"no test matches -k {keyword!r}{said}: give parts of the names of tests or checks"


def test_a_module_that_python_cannot_read_is_left_to_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_bad.py").write_text("def test_(:")
    assert list(names_in([tmp_path])) == []


def test_each_check_of_the_suite_and_of_a_drill_chooses() -> None:
    for folder in (assets.suite(), assets.tests("drill")):
        for names in names_in([folder]):
            for name in names:
                must_choose_something(name, [folder], never)


def test_a_name_that_is_there_has_no_other_near_it() -> None:
    assert near_names("content", frozenset({"content", "contents"})) == []
