"""An incremental backup's size follows the bytes that changed: librsync's promise."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.lab.lab import Lab
from verify.trees import LARGE_FILE_EDITS, LargeFileEdit

pytestmark = [pytest.mark.of_the_release, pytest.mark.in_a_folder]

SIGNATURE_SHARE = 0.02  # of the file: 12 bytes of checksums for each block of 2048, and their headers
OVERHEAD = 64 * 1024  # bytes: manifest, tar headers, the blocks on both sides of a change


@checks("incremental-size")
@pytest.mark.parametrize("edit", LARGE_FILE_EDITS, ids=lambda edit: edit.name)
def test_a_small_change_of_a_large_file_makes_a_small_incremental(lab: Lab, edit: LargeFileEdit) -> None:
    before, after = edit.history.trees
    chain = lab.new_chain()
    lab.fill_source(before)
    lab.take_point(chain)
    full = chain.destination.stored_bytes
    lab.fill_source(after, before)
    lab.take_point(chain)
    added = chain.destination.stored_bytes - full
    allowed = edit.changed_bytes + SIGNATURE_SHARE * edit.file_bytes + OVERHEAD
    too_large = Finding("incremental-size", "large", f"{allowed:.0f} bytes at most", f"{added} bytes")
    must_find_nothing([too_large] if added > allowed else [])
