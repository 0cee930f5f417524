"""The hook that this plugin adds to pytest: a stream of events about a run."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from verify.report.events import Event


@pytest.hookspec
def pytest_verify_event(event: "Event") -> None:
    """Given an event of a run, show, write or send it. Called in the main process only, in order."""
