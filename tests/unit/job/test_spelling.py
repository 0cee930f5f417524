import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.job.options import parsed
from verify.job.shellwords import split
from verify.job.spelling import SPELLINGS, Piece, pieces_of, same_meaning, twice_quoted, written

VARIABLES = {"DIR": "/my dir"}


def pieces(text: str) -> tuple[Piece, ...]:
    found = pieces_of(text, text, VARIABLES)
    assert found is not None
    return found


def spellings(text: str) -> list[str]:
    """Return OPTIONS in every spelling that is tried, all of its options in the next one each time."""
    now = pieces(text)
    found = []
    while True:
        found.append(written(now)[0])
        following = tuple(piece.respelt or piece for piece in now)
        if following == now:
            return found
        now = following


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("--exclude /a -v 3", ["--exclude /a -v 3"]),
        (
            "--exclude '/my dir' -v 3",
            [
                "--exclude '/my dir' -v 3",
                "--exclude \"'/my dir'\" -v 3",
                "--exclude=\"'/my dir'\" -v 3",
                "--exclude='\"$EXCLUDE_1\"' -v 3",
            ],
        ),
        (
            "\"--exclude '/my dir'\"",
            [
                "--exclude '/my dir'",
                "--exclude \"'/my dir'\"",
                "--exclude=\"'/my dir'\"",
                "--exclude='\"$EXCLUDE_1\"'",
            ],
        ),
        (
            "--exclude $DIR/x",
            [
                "--exclude $DIR/x",
                "--exclude \"'$DIR/x'\"",
                "--exclude=\"'$DIR/x'\"",
                "--exclude='\"$EXCLUDE_1\"'",
            ],
        ),
        ("--exclude-globbing-filelist /x", ["--exclude-globbing-filelist /x", "--exclude-filelist /x"]),
        ("--no-compression # fast", ["--no-compression"]),
    ],
)
def test_an_option_is_respelt_step_by_step_and_a_plain_one_stays(text: str, tried: list[str]) -> None:
    assert spellings(text) == tried


def test_a_value_that_nothing_carries_goes_into_a_variable() -> None:
    piece = pieces("--exclude '/my  dir'")[0]
    while piece.respelt:
        piece = piece.respelt
    text, variables = written([piece])
    assert variables == {"EXCLUDE_1": "/my  dir"}
    assert split(text, variables).words == ("--exclude=/my  dir",)


def test_options_from_a_variable_are_left_as_they_are() -> None:
    found = pieces_of("$COMMON", "$COMMON", {"COMMON": "--exclude '/my dir'"})
    assert found is not None
    assert [piece.respelt for piece in found] == [None]


def test_a_command_that_prints_several_words_has_no_pieces() -> None:
    assert pieces_of("--exclude $(cat x)", "--exclude /a /b", {}) is None


@given(text=st.text("abc /*?[]'\"\\$#;&~ ", min_size=1).filter(lambda text: text == text.strip()))
def test_twice_quoted_is_one_word_after_two_shells(text: str) -> None:
    once = shlex.split(twice_quoted(text))
    assert len(once) == 1
    if "$" not in text and "\\" not in text:  # shlex has its own idea of a backslash before a dollar
        assert shlex.split(once[0]) == [text]


@pytest.mark.parametrize("spelling", range(1, len(SPELLINGS) - 1))
@given(value=st.text("abc/*?[]'\" ", min_size=1).filter(lambda text: text == text.strip() and "/" in text))
def test_a_respelt_option_means_what_it_meant(spelling: int, value: str) -> None:
    text = f"--exclude {shlex.quote(shlex.quote(value))}"
    piece = pieces(text)[0]
    respelt = Piece(piece.option, piece.raw, value, spelling)
    assert same_meaning([piece.option], list(parsed(split(written([respelt])[0], {}).words)))
