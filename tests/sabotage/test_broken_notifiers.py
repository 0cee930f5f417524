"""A notifier that lies is caught by the test that is named for it."""

import pytest
from broken_notifier import BREAKS, NAMED_BY
from broken_parts import exit_codes

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
    assert exit_codes("broken_notifier", NAMED_BY, name, *CAUGHT_BY[name]) == [0, 1]
