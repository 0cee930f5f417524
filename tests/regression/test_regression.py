"""A change of a job's files keeps the backup what it was, or was approved."""

from collections.abc import Callable

import pytest

from verify.checks import checks, must_find_nothing
from verify.regression import Change, Moves, change_findings, move_findings

MustKeep = Callable[[str], None]


@pytest.fixture(scope="session")
def must_keep(changed: tuple[Change, ...], approved: bool) -> MustKeep:
    """A function that raises if the change breaks a check and was not approved."""

    def must_keep(check: str) -> None:
        found = change_findings(change for change in changed if change.check == check)
        must_find_nothing(() if approved else found)

    return must_keep


@checks("paths-kept")
def test_what_was_in_the_backup_is_still_in_it(moves: Moves, approved: bool) -> None:
    found = (each for each in move_findings(moves) if each.check == "paths-kept")
    must_find_nothing(() if approved else found)


@checks("paths-not-added")
def test_what_was_not_in_the_backup_is_still_not_in_it(moves: Moves, approved: bool) -> None:
    found = (each for each in move_findings(moves) if each.check == "paths-not-added")
    must_find_nothing(() if approved else found)


@checks("source-kept")
def test_the_same_folder_is_backed_up(must_keep: MustKeep) -> None:
    must_keep("source-kept")


@checks("destination-kept")
def test_the_backup_goes_where_it_went(must_keep: MustKeep) -> None:
    must_keep("destination-kept")


@checks("encryption-kept")
def test_the_backup_stays_encrypted_as_it_was(must_keep: MustKeep) -> None:
    must_keep("encryption-kept")


@checks("chain-policy-kept")
def test_full_backups_are_made_as_often_as_they_were(must_keep: MustKeep) -> None:
    must_keep("chain-policy-kept")


@checks("schedule-kept")
def test_the_schedule_starts_what_it_started(must_keep: MustKeep) -> None:
    must_keep("schedule-kept")


@checks("image-kept")
def test_the_same_image_runs_the_job(must_keep: MustKeep) -> None:
    must_keep("image-kept")


@checks("options-kept")
def test_the_other_options_mounts_and_variables_are_the_same(must_keep: MustKeep) -> None:
    must_keep("options-kept")
