"""A command that fails says so: a schedule, a monitor and an operator look at nothing else."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.exit_codes import FAILURES, FailingCommand, exit_code_findings
from verify.lab.lab import Lab


@checks("exit-codes-honest")
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_command_that_fails_says_so(lab: Lab, failure: FailingCommand) -> None:
    must_find_nothing(exit_code_findings(lab.ran(failure.run(lab))))
