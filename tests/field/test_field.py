"""What is said of jobs and destinations as people have them is right: no false alarm, nothing missed."""

from pathlib import Path

import pytest
from field import KEYS, KEYS_OF_ASKED, Asked, questions, shapes
from field_destinations import KEYS_OF_STEP, STEPS


@pytest.mark.parametrize("asked", list(questions()), ids=lambda asked: asked.name)
def test_what_is_said_of_a_shape_is_right(asked: Asked, tmp_path: Path) -> None:
    wrong = asked.disagreements(tmp_path)
    assert not wrong, "\n".join(wrong)


def test_every_shape_says_what_it_is_and_what_is_right() -> None:
    assert list(shapes())
    for name, expected in shapes():
        assert expected["shape"], name
        assert set(expected) <= KEYS, name
        assert expected["asked"], name
        own = (step for asked in expected["asked"] for step in asked.get("first", ()))
        for step in (*expected.get("destination", ()), *own):
            assert set(step) <= KEYS_OF_STEP, name
            assert len(STEPS & set(step)) == 1, name
        for asked in expected["asked"]:
            assert set(asked) <= KEYS_OF_ASKED, name
            assert {"findings", "says", "exit"} & set(asked), f"{name}: what is right of it?"


def test_a_wrong_answer_fails(tmp_path: Path) -> None:
    right = next(iter(questions()))
    for wrong in ({"exit": 3}, {"says": ["never said"]}, {"never": [""]}, {"findings": [{"check": "content"}]}):
        folder = tmp_path / next(iter(wrong))
        folder.mkdir()
        assert Asked(right.shape, 0, {**right.data, **wrong}).disagreements(folder)
