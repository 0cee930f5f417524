"""What the museum's table says of what was found."""

from typing import Any

import pytest

from verify.detection.museum import Exhibit
from verify.detection.museum.table import AFFECTED, FIXED, NOTHING, TITLE, UNTRIED, museum_table, sentence, shown


def exhibit(name: str = "one", **more: str) -> Exhibit:
    ways = more or {"test": "test_options.py::test_it[a|b-embedded]"}
    return Exhibit(name, "It breaks", "1.0", "1.1", "1.1: fixed", check="content", **ways)


def tables(name: str, affected: str, fixed: str) -> list[dict[str, Any]]:
    return [{"title": TITLE, "rows": [{"name": name, "cells": {AFFECTED: affected, FIXED: fixed}}]}]


@pytest.mark.parametrize(
    ("affected", "fixed", "outcome"),
    [
        ("content", NOTHING, "caught"),
        ("content, structure", NOTHING, "caught"),
        ("content", "command-succeeds", "missed"),
        (NOTHING, NOTHING, "missed"),
        ("content", "content", "missed"),
        ("structure", NOTHING, "missed"),
        ("content", f"{UNTRIED}no such release", "not tried"),
        ("content", "", "not tried"),
    ],
)
def test_caught_is_red_with_the_defect_and_green_without_it(affected: str, fixed: str, outcome: str) -> None:
    (one,) = shown([exhibit()], tables("one", affected, fixed))
    assert one.outcome == outcome


def test_the_sentence_counts_what_was_not_caught() -> None:
    catalogue = [exhibit(), exhibit("two", scenario="s"), exhibit("three", uncaught="it needs a year")]
    told = shown(catalogue, [*tables("one", "content", NOTHING), *tables("two", f"{UNTRIED}gone", "")])
    assert sentence(told) == (
        "1 of 3 defects of real releases are caught, 1 by the unchanged suite; 1 not tried; 1 uncaught"
    )


def test_a_row_says_why_an_exhibit_was_not_caught() -> None:
    catalogue = [exhibit("two", scenario="s"), exhibit("three", uncaught="it needs a year"), exhibit()]
    told = museum_table(shown(catalogue, [*tables("two", f"{UNTRIED}gone", ""), *tables("one", "content", NOTHING)]))
    assert "**not tried**: not tried: gone, no run; scenario s" in told
    assert "| it needs a year |" in told
    assert "| ✓ | It breaks | 1.0 | 1.1 | `content` | `test_it[a\\|b-embedded]` | 1.1: fixed |" in told


def test_an_exhibit_is_shown_in_one_way() -> None:
    with pytest.raises(ValueError, match="one only"):
        exhibit(test="a", scenario="b")
    with pytest.raises(ValueError, match="no check has the id"):
        Exhibit("one", "s", "1", "2", "s", check="no-such-check", test="a")
