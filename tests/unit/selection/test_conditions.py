"""What a condition says of a path, and of all that is below a folder, which the walk relies on."""

import re

import pytest

from verify.selection import Entry
from verify.selection.conditions import NEVER, ByGlob, ByLiteral, ByRegexp, Condition, HoldsName, IsDevice, Scene
from verify.selection.globs import Glob, Reach


@pytest.mark.parametrize(
    ("glob", "folder", "reach"),
    [
        ("/s/a", "/s/a", Reach.ALL),
        ("/s/a", "/s/a/b", Reach.ALL),
        ("/s/a", "/s", Reach.SOME),
        ("/s/a", "/", Reach.SOME),
        ("/s/a", "/s/b", Reach.NOTHING),
        ("/s/a", "/s/ab", Reach.NOTHING),
        ("/s/*/b", "/s/x", Reach.SOME),
        ("/s/*/b", "/s/x/y", Reach.NOTHING),
        ("/s/*/b", "/s/x/b", Reach.ALL),
        ("/s/a?c/b/d", "/s/abc/b", Reach.SOME),
        ("/s/a?c/b/d", "/s/abc/x", Reach.NOTHING),
        ("/s/a/**/b", "/s/a/x/y", Reach.SOME),
        ("/s/a/**/b", "/s/b", Reach.NOTHING),
        ("/s/a/b[x]/c", "/s/a", Reach.SOME),
        ("/s/a/b[x]/c", "/s/a/y", Reach.SOME),  # a set may match "/"
        ("/s/a/b[x]/c", "/s/b", Reach.NOTHING),
        ("/s/a/", "/s/a", Reach.ALL),
        ("/s/[a]/", "/s/a", Reach.SOME),  # what is in it may be a file that a negated set matches a part of
        ("/s/**/", "/s/a", Reach.SOME),
        ("/", "/s", Reach.ALL),
    ],
)
def test_what_a_glob_can_say_below_a_folder(glob: str, folder: str, reach: Reach) -> None:
    assert ByGlob(glob, ignore_case=False).reach(folder) is reach


@pytest.mark.parametrize(
    ("folder", "reach"),
    [
        ("/s/a", Reach.ALL),
        ("/s/a/b", Reach.ALL),
        ("/s", Reach.SOME),
        ("/s/ab", Reach.NOTHING),
        ("/s/b", Reach.NOTHING),
    ],
)
def test_what_a_literal_can_say_below_a_folder(folder: str, reach: Reach) -> None:
    assert ByLiteral("/s/a", ignore_case=False).reach(folder) is reach


def test_a_literal_holds_what_is_in_it() -> None:
    literal = ByLiteral("/s/a", ignore_case=False)
    names = ["/s/a", "/s/a/b", "/s/ab", "/s/A", "/s"]
    assert [literal.matches(name, Entry(b""), Scene()) for name in names] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("condition", "of_folders", "of_others"),
    [
        (HoldsName(b"x"), None, NEVER),
        (IsDevice(), NEVER, None),
        (ByRegexp("a", ignore_case=False), ("(?s:.*?)(?:a)", NEVER[1]), ("(?s:.*?)(?:a)", NEVER[1])),
        (ByRegexp("a", ignore_case=True), ("(?s:.*?)(?i:a)", NEVER[1]), ("(?s:.*?)(?i:a)", NEVER[1])),
        (ByRegexp("(a)", ignore_case=False), None, None),
        (ByRegexp("(?x) a", ignore_case=False), None, None),
    ],
)
def test_which_conditions_are_expressions_that_can_stand_among_others(
    condition: Condition, of_folders: object, of_others: object
) -> None:
    assert condition.expressions(folders=True) == of_folders
    assert condition.expressions(folders=False) == of_others


def test_never_is_never() -> None:
    assert not any(re.match(expression, text) for expression in NEVER for text in ("", "a", "/"))


def test_two_slashes_in_a_row_are_named() -> None:
    with pytest.raises(ValueError, match=r"^//$"):
        Glob("/s//a", ignore_case=False)
