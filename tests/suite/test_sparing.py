"""No command destroys what it was not asked to: at a restore's target, or at the destination."""

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.chain_copies import Copies
from verify.concerns.interrupted_backups import Interrupt
from verify.concerns.refusals import REFUSALS, refusal_findings
from verify.concerns.side_effects import ANNOUNCEMENTS, ONTO, TREE, Onto, announcement_findings, restore_target_findings
from verify.lab.lab import Lab, Point
from verify.trees import histories_of

pytestmark = pytest.mark.of_the_release


@pytest.fixture(scope="session")
def point(folder_lab: Lab) -> Point:
    (only,) = folder_lab.back_up(histories_of(TREE)).points
    return only


@pytest.mark.in_a_folder
@checks("restore-destroys-nothing")
@pytest.mark.parametrize("onto", ONTO, ids=lambda onto: onto.name)
def test_a_restore_spares_what_lies_at_its_target(lab: Lab, point: Point, onto: Onto) -> None:
    must_find_nothing(restore_target_findings(lab, point, onto))


@pytest.mark.in_a_folder
@checks("dry-run-changes-nothing")
@pytest.mark.parametrize("name", ANNOUNCEMENTS)
def test_what_is_only_announced_is_not_done(copies: Copies, name: str) -> None:
    must_find_nothing(announcement_findings(copies, ANNOUNCEMENTS[name]))


@checks("dry-run-changes-nothing")
@pytest.mark.parametrize("archive_lost", [False, True], ids=["archive-kept", "archive-lost"])
def test_cleanup_only_announces_after_a_backup_that_was_interrupted(copies: Copies, archive_lost: bool) -> None:
    stopped_backup = Interrupt("incremental", 2, "before", archive_lost)
    must_find_nothing(announcement_findings(copies, ANNOUNCEMENTS["cleanup"], after=stopped_backup))


@pytest.mark.in_a_folder
@checks("refused-without-traceback", "limitation-holds")
@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_is_refused_in_words(copies: Copies, name: str) -> None:
    must_find_nothing(refusal_findings(copies, name))
