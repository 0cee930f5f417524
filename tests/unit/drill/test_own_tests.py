"""The owner's own tests: what they ask for, and whose fault it is where one fails."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from verify.drill.asked import AskedPath, gap_words
from verify.drill.restoring.chances import most_bad
from verify.plugin.drill import _is_a_bug


def of_theirs() -> None:
    raise ValueError


@pytest.mark.parametrize(("call", "ours"), [(of_theirs, False), (lambda: most_bad(0, 1, 0), True)])
def test_a_crash_in_our_own_code_is_no_finding_of_the_owners(call: Callable[[], object], *, ours: bool) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - either is what it is to be
        call()
    assert _is_a_bug(caught) is ours


def test_a_path_notes_what_is_asked_for_below_it(tmp_path: Path) -> None:
    AskedPath.asked.clear()
    asked = AskedPath(tmp_path)
    assert asked == tmp_path
    (asked / "config" / "app.yml").exists()
    asked.joinpath("films", "boats.bin").exists()
    assert {os.path.relpath(each, tmp_path) for each in AskedPath.asked} == {
        "config", "config/app.yml", "films/boats.bin",
    }  # fmt: skip
    with pytest.raises(TypeError):
        asked / 5  # type: ignore[operator]  # which is what is tried


def test_what_the_sample_lacks_is_told_with_what_to_write() -> None:
    assert gap_words(["a"]).startswith("tonight's sample does not hold a: add it to must_restore in the policy, or")
    assert gap_words(["a", "b"]).startswith("tonight's sample does not hold a, b: add them to must_restore")
