"""Damage at the destination is noticed, and a backup that was interrupted is made good by the next run."""

from collections.abc import Callable

import pytest

from verify.checks import checks, must_find_nothing
from verify.concerns.chain_copies import Copies
from verify.concerns.damage import BackupVerdict, damage_findings, known_silent_findings, table_text, verdict_on_damage
from verify.concerns.interrupted_backups import (
    SPOILED,
    WAYS,
    Interrupt,
    interrupt_findings,
    interrupts,
    known_to_spoil,
    spoiled_findings,
    verdict_on_interrupt,
)
from verify.faults import KNOWN_SILENT, Cell, KnownSilent, chosen, known_silent
from verify.lab.lab import Lab

pytestmark = pytest.mark.of_the_release

Tabulate = Callable[[str, str, str, object], None]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw from the matrix what the profile runs of it."""
    profile = metafunc.config.getoption("profile") or "default"
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize("fault", chosen(profile), ids=str)
    if "interrupt" in metafunc.fixturenames:
        metafunc.parametrize("interrupt", interrupts(profile), ids=str)


def decided(lab: Lab, copies: Copies, fault: Cell) -> BackupVerdict:
    """Given a cell, return its verdict; skip the test where the job has no such cell."""
    if fault.encrypted and lab.unencrypted:
        pytest.skip(lab.unencrypted)
    verdict = verdict_on_damage(copies, fault)
    if verdict is None:
        pytest.skip(f"the job's options leave no {fault.kind} at the destination")
    return verdict


@pytest.mark.in_a_folder
@checks("damage-noticed")
def test_damage_is_refused_or_made_good(lab: Lab, copies: Copies, fault: Cell, tabulate: Tabulate) -> None:
    verdict = decided(lab, copies, fault)
    tabulate(
        f"Damage, duplicity {lab.release}, {lab.runtime}",
        fault.row,
        fault.damage,
        table_text(verdict, fault, lab.release),
    )
    must_find_nothing(damage_findings(fault, verdict, lab.release))


@pytest.mark.in_a_folder
@checks("limitation-holds")
@pytest.mark.parametrize("known", KNOWN_SILENT, ids=lambda known: known.id)
def test_what_is_known_to_go_unnoticed_still_does(lab: Lab, copies: Copies, known: KnownSilent) -> None:
    if known_silent(known.example, lab.release) is not known:
        pytest.skip(f"duplicity {lab.release} does not have it")
    verdict = decided(lab, copies, known.example)
    must_find_nothing(known_silent_findings(known, verdict))


@checks("rerun-recovers")
def test_a_backup_that_was_interrupted_is_made_good_by_the_next_run(
    lab: Lab, copies: Copies, interrupt: Interrupt, tabulate: Tabulate
) -> None:
    if interrupt.encrypted and lab.unencrypted:
        pytest.skip(lab.unencrypted)
    if lab.release < WAYS[interrupt.way]:
        pytest.skip(f"duplicity {lab.release} has no {interrupt.way}")
    verdict = rerun(copies, interrupt)
    title = f"Broken off at an upload and run again, duplicity {lab.release}, {lab.runtime}"
    tabulate(
        title, interrupt.row, interrupt.column, f"{verdict}, known" if known_to_spoil(interrupt, verdict) else verdict
    )
    must_find_nothing(interrupt_findings(interrupt, verdict, lab.release))


@checks("limitation-holds")
def test_what_a_rerun_is_known_to_spoil_it_still_does(copies: Copies) -> None:
    must_find_nothing(spoiled_findings(rerun(copies, SPOILED)))


def rerun(copies: Copies, interrupt: Interrupt) -> BackupVerdict:
    """Given where a backup is interrupted, return the verdict on running it again; skip where it ends before."""
    verdict = verdict_on_interrupt(copies, interrupt)
    if verdict is None:
        pytest.skip(f"the job's options make fewer uploads than {interrupt.upload}")
    return verdict
