"""A restored PostgreSQL is booted, where nothing gets out, and all of it is read."""

from pathlib import Path

from verify.checks import checks, must_find_nothing
from verify.drill import findings
from verify.drill.drill import Drill


@checks("database-boots")
def test_restored_databases_start_and_answer(drill: Drill, restored: Path) -> None:
    must_find_nothing(findings.database_findings(drill, restored))
