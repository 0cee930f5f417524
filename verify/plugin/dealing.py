"""How a run's tests are dealt to its workers: in their order, a function at a time, and what shares a chain to one."""

from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

if TYPE_CHECKING:
    from verify.report.recorder import RunRecorder


class Dealing(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Hands out units of tests in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any, recorder: "RunRecorder") -> None:
        super().__init__(config, log)
        self._recorder = recorder

    def _split_scope(self, nodeid: str) -> str:
        """Return what a test is dealt with: its function, or those that share what is costly to make."""
        planned = self._recorder.plan.get(nodeid)
        if planned and planned.together:
            return f"{planned.together} {planned.runtime}"
        return nodeid.partition("[")[0]
