"""What a fork server imports before it forks a run: what every run imports, and what Hypothesis reads of it.

Hypothesis draws constants of the code under test, so it parses each module of ours before it draws the first example:
here once, and not in each run.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

import verify.concerns.chain_copies
import verify.concerns.operations
import verify.concerns.option_promises
import verify.concerns.selection
import verify.lab.opening
import verify.lab.packs
import verify.report.recorder
import verify.trees  # noqa: F401


@settings(database=None)
@given(st.integers())
def _anything(number: int) -> None: ...


_anything()
