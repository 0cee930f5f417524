"""A history can be taken through operations of every kind."""

from types import SimpleNamespace
from typing import Any

from packaging.version import Version

from verify.concerns.operations import Course
from verify.operations import KINDS


def test_every_kind_of_operation_has_a_step() -> None:
    job: Any = SimpleNamespace(options=(), option=lambda _: None)
    lab: Any = SimpleNamespace(
        new_chain=lambda **_: None, site=SimpleNamespace(sandboxed=job), release=Version("3.2.1")
    )
    assert set(Course(lab, [])._steps) == set(KINDS)
