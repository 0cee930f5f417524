"""A notifier that lies is caught by the test that is named for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from broken_notifier import BREAKS, NAMED_BY

CHECKOUT = Path(__file__).parents[2]
CAUGHT_BY = {
    "green_for_findings": ("component/notify/test_telling.py", "test_a_drill_tells_that_it_begins_and_how_it_ended"),
    "green_by_exit_code": ("unit/notify/test_states.py", "test_findings_that_do_not_count_for_the_exit_code"),
    "loses_could_not_run": ("component/notify/test_telling.py", "test_a_drill_that_stops_after_one_destination"),
    "last_destination_wins": ("component/notify/test_telling.py", "test_no_destination_hides_what_another_found"),
    "leaks_the_passphrase": ("unit/notify/test_message.py", "test_no_secret_is_in_any_message"),
}


@pytest.mark.nightly(reason="each is a pytest run of its own; the tests that catch them run by day")
@pytest.mark.parametrize("name", BREAKS)
def test_a_notifier_that_lies_is_caught(name: str) -> None:
    module, test = CAUGHT_BY[name]
    words = [f"tests/{module}", "-k", test, "-n", "0", "-q", "--tb=line", "-p", "broken_notifier"]
    support = {"PYTHONPATH": str(CHECKOUT / "tests" / "support")}
    assert [exit_code(words, support), exit_code(words, {**support, NAMED_BY: name})] == [0, 1]


def exit_code(words: list[str], more: dict[str, str]) -> int:
    environment = {**os.environ, **more}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=CHECKOUT, env=environment, check=False
    ).returncode
