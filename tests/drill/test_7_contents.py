"""What was restored can be opened as what it is."""

from pathlib import Path

import pytest

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.contents.kinds import KINDS
from verify.drill.drill import Drill


@checks("contents-usable")
@pytest.mark.parametrize("kinds", KINDS)
def test_restored_files_can_be_opened(drill: Drill, restored: Path, kinds: str) -> None:
    must_find_nothing(findings.content_findings(drill, restored, kinds))
