"""A history can be taken through operations of every kind."""

from types import SimpleNamespace
from typing import Any

from verify.concerns.operations import Course
from verify.operations import KINDS


def test_every_kind_of_operation_has_a_step() -> None:
    lab: Any = SimpleNamespace(new_chain=lambda **_: None)
    assert set(Course(lab, [])._steps) == set(KINDS)
