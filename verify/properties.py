"""What a test's report carries beside how it ended: the keys of pytest's user properties, and what each holds."""

from enum import StrEnum
from typing import Any

import pytest


class Property(StrEnum):
    """A key of the user properties. JUnit prints those of a test; `FACTS` and `BASIS` are of one report alone."""

    CHECKS = "checks"  # ids of the checks that the test decides
    RUNTIME = "runtime"  # of its lab
    FINDING = "finding"  # a `Finding.as_json`, one property each
    EXAMPLE = "example"  # what Hypothesis says of the example that failed
    COULD_NOT_RUN = "could-not-run"  # the sentence
    REMEMBERED = "remembered"  # a `Proof.as_json`: the test was proven before
    SAID = "said"  # what a drill says of the test, one property a sentence
    STATISTIC = "statistic"  # what the lab counted since the last test
    CELL = "cell"  # [table, row, column, text]
    FACTS = "facts"  # of a lab or a drill: in the report that first tells of it
    BASIS = "basis"  # [runtime, what its proofs depend on]; likewise

    def with_value(self, value: Any) -> tuple[str, Any]:
        """Return the property with a value, as it travels between xdist's processes: they know no enums."""
        return self.value, value

    def note(self, holder: pytest.Item | pytest.TestReport, value: Any) -> None:
        """Add the property to a test or to one of its reports."""
        holder.user_properties.append(self.with_value(value))

    def values_of(self, report: pytest.TestReport) -> list[Any]:
        """Return the values that a report has of it."""
        return [value for key, value in report.user_properties if key == self.value]
