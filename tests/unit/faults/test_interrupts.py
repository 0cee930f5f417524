"""What a rerun makes of a backup that was interrupted is a finding, unless it is known of all releases."""

import pytest
from packaging.version import Version

from verify.concerns.damage import BackupOutcome, BackupVerdict
from verify.concerns.interrupted_backups import (
    EVERY,
    EVERYDAY,
    SPOILED,
    Interrupt,
    interrupt_findings,
    spoiled_findings,
)

SILENT = BackupVerdict(BackupOutcome.SILENT, "the restore of T2: content: newer")


def test_what_is_known_is_an_incremental_that_was_interrupted_at_its_manifest() -> None:
    spoiled = [interrupt for interrupt in EVERY if interrupt.spoiled]
    assert SPOILED in spoiled
    assert len(spoiled) == 8
    assert {(each.set, each.upload, each.archive_lost) for each in spoiled} == {("incremental", 4, False)}
    assert not any(interrupt.spoiled for interrupt in EVERYDAY)


@pytest.mark.parametrize(
    ("interrupt", "outcome", "found"),
    [
        (SPOILED, BackupOutcome.SILENT, False),
        (SPOILED, BackupOutcome.RIGHT, False),
        (SPOILED, BackupOutcome.REFUSED, True),
        (SPOILED, BackupOutcome.HUNG, True),
        (Interrupt("incremental", 4, "before", archive_lost=True), BackupOutcome.SILENT, True),
        (Interrupt("full", 4, "before"), BackupOutcome.SILENT, True),
        (Interrupt("incremental", 3, "after"), BackupOutcome.SILENT, True),
    ],
    ids=str,
)
def test_what_is_known_and_nothing_else_is_no_finding(
    interrupt: Interrupt, outcome: BackupOutcome, *, found: bool
) -> None:
    findings = interrupt_findings(interrupt, BackupVerdict(outcome), Version("3.2.1"))
    assert [finding.check for finding in findings] == ["rerun-recovers"] * found


def test_a_release_that_a_later_one_puts_right_is_told_to_be_upgraded() -> None:
    (old,) = interrupt_findings(EVERYDAY[0], SILENT, Version("3.1.0"))
    (new,) = interrupt_findings(EVERYDAY[0], SILENT, Version("3.2.1"))
    assert "duplicity 3.2.0 makes good what 3.1.0 does not: upgrade" in old.hint
    assert "upgrade" not in new.hint


@pytest.mark.parametrize("outcome", BackupOutcome)
def test_a_limitation_that_is_none_any_more_is_a_finding(outcome: BackupOutcome) -> None:
    findings = spoiled_findings(BackupVerdict(outcome))
    assert [finding.check for finding in findings] == ["limitation-holds"] * (outcome is not BackupOutcome.SILENT)
