"""A reader that lies is caught by the test that is named for it: most by the checks of a drill that uses it."""

import pytest
from broken_parts import exit_codes
from broken_reader import BREAKS, NAMED_BY

DRILL, ARCHIVE = "component/drill/test_reading.py", "component/archive"
GOOD, CHANGED = "test_a_good_chain_is_read_to_the_last_byte and prefixes", "test_a_volume_that_changed_is_told_once"
CAUGHT_BY = {
    "drops_an_entry": (DRILL, GOOD),
    "swaps_blocks": (DRILL, GOOD),
    "ignores_a_failed_mdc": (f"{ARCHIVE}/test_gpg_decryption.py", "test_what_is_spoilt_is_damage"),
    "ignores_the_hash": (f"{ARCHIVE}/test_damaged_volumes.py", "test_a_spoilt_volume_spoils_the_points and prefixes"),
    "takes_a_stale_set": (DRILL, GOOD),
    "calls_everything_whole": (DRILL, CHANGED),
}


@pytest.mark.nightly(reason="each is a pytest run of its own; the tests that catch them run by day")
@pytest.mark.parametrize("name", BREAKS)
def test_a_reader_that_lies_is_caught(name: str) -> None:
    assert exit_codes("broken_reader", NAMED_BY, name, *CAUGHT_BY[name]) == [0, 1]
