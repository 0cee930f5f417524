"""The two jobs of a change, and what they take of one listing."""

import os
from collections.abc import Iterator
from typing import cast

import pytest

from verify.errors import CannotRunError
from verify.lab.settings import LabSettings
from verify.policy import Policy
from verify.regression import Change, Moves, approve, changes, hidden_changes, lock_findings, meaning_of
from verify.regression.sides import ChangeSide, SideFiles, open_sides
from verify.report.answers.answer import NAME
from verify.report.answers.regression_answer import RegressionAnswer
from verify.selection.listing import listing_of
from verify.selection.survey import rules_of


@pytest.fixture(scope="session")
def answer(pytestconfig: pytest.Config) -> RegressionAnswer | None:
    """The answer of the command that runs these tests; None in a plain pytest run."""
    return cast("RegressionAnswer | None", pytestconfig.pluginmanager.get_plugin(NAME))


@pytest.fixture(scope="session")
def sides(
    pytestconfig: pytest.Config, policy: Policy, answer: RegressionAnswer | None
) -> Iterator[tuple[ChangeSide, ChangeSide]]:
    if answer:
        yield answer.sides
        return
    before, after = pytestconfig.getoption("before"), pytestconfig.getoption("after")
    if not before:
        pytest.skip("no change was given with --before")
    release = LabSettings.from_options(vars(pytestconfig.option)).release
    how = (pytestconfig.getoption(name) for name in ("service", "started_by"))
    files = SideFiles(policy.env_file, policy.stack, *how)
    with open_sides(before, after, files, os.environ, release) as opened:
        yield opened


@pytest.fixture(scope="session")
def approved(
    pytestconfig: pytest.Config, sides: tuple[ChangeSide, ChangeSide], policy: Policy, answer: RegressionAnswer | None
) -> bool:
    """Whether the lock approves the job after the change; False without a lock."""
    if policy.lock is None:
        return False
    meaning = meaning_of(sides[1].job, sides[1].lists)
    if pytestconfig.getoption("update_lock"):
        approve(policy.lock, meaning)
    current = not any(lock_findings(policy.lock, meaning))
    if answer:
        answer.approved = current
    return current


@pytest.fixture(scope="session")
def changed(sides: tuple[ChangeSide, ChangeSide], answer: RegressionAnswer | None) -> tuple[Change, ...]:
    """What the change means, but for the paths."""
    meanings = (meaning_of(side.job, side.lists) for side in sides)
    found = (*changes(*meanings), *hidden_changes(sides[0].job, sides[1].job))
    if answer:
        answer.changes = found
    return found


@pytest.fixture(scope="session")
def moves(
    pytestconfig: pytest.Config, sides: tuple[ChangeSide, ChangeSide], policy: Policy, answer: RegressionAnswer | None
) -> Moves:
    """The paths that leave or enter the backup."""
    if sides[1].refused:
        raise CannotRunError(sides[1].refused)
    listing = listing_of(policy.source, policy.listing, answer.stdin if answer else None)
    if listing is None:
        pytest.skip("nothing to look at was given with --source or --listing")
    release = LabSettings.from_options(vars(pytestconfig.option)).release
    if sides[0].refused:
        pytest.skip(f"duplicity refuses the job before, which made no backup to compare with: {sides[0].refused}")
    before, after = (rules_of(side.job, release, side.lists, twin=listing.is_twin(side.job.source)) for side in sides)
    found = Moves(listing, before, after).run(answer.watchers() if answer else ())
    if answer:
        answer.moves, answer.listing = found, listing
    return found
