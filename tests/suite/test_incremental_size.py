"""An incremental backup's size follows the bytes that changed: librsync's promise."""

import pytest

from verify.checks import Finding, checks, must_find_nothing
from verify.lab.lab import Lab
from verify.trees import LARGE_FILE_EDITS

SIGNATURE_SHARE = 0.02  # of the file: 12 bytes of checksums for each block of 2048, and its headers
OVERHEAD = 64 * 1024  # bytes: manifest, tar headers, blocks on both sides of the change


@checks("incremental-size")
@pytest.mark.parametrize("edit", LARGE_FILE_EDITS, ids=lambda edit: edit.name)
def test_a_small_change_of_a_large_file_makes_a_small_incremental(lab: Lab, edit) -> None:
    chain = lab.back_up(edit.history)
    stored = lab.stored_bytes(chain)
    allowed = edit.changed_bytes + SIGNATURE_SHARE * edit.file_bytes + OVERHEAD
