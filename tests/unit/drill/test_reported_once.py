"""What is computed once, and whose failure is reported once."""

import pytest

from verify.checks import Finding, FindingsError
from verify.drill.reported_once import reported_once
from verify.errors import NotProvenError


class Example:
    def __init__(self) -> None:
        self.computed = 0

    @reported_once
    def value(self) -> int:
        self.computed += 1
        return self.computed

    @reported_once
    def refuted(self) -> int:
        raise FindingsError((Finding("fresh", "", "young", "old"),))

    @reported_once
    def unknown(self) -> int:
        raise NotProvenError("nobody knows")


def test_a_value_is_computed_once() -> None:
    example = Example()
    assert (example.value, example.value, Example().value) == (1, 1, 1)


def test_findings_are_raised_once_and_named_afterwards() -> None:
    example = Example()
    with pytest.raises(FindingsError):
        _ = example.refuted
    with pytest.raises(NotProvenError, match="fresh failed, and this needs it"):
        _ = example.refuted


def test_what_cannot_be_proven_stays_so() -> None:
    example = Example()
    for _ in range(2):
        with pytest.raises(NotProvenError, match="nobody knows"):
            _ = example.unknown
