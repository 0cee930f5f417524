"""A check goes red on the release that has a defect, and is green on the one that has it no more."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from verify.checks import FindingsError
from verify.detection.museum import SCENARIOS, Exhibit, SuiteRuns, exhibits
from verify.detection.museum.table import AFFECTED, FIXED, NOTHING, TITLE, UNTRIED, shown
from verify.errors import CannotRunError
from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings

EXHIBITS = exhibits()
CATCHABLE = [exhibit for exhibit in EXHIBITS if not exhibit.uncaught]
RECORDED = Path(__file__).resolve().parents[2] / "docs" / "museum.json"
LEAST, CAUGHT_SHARE, SUITE_SHARE = 25, 0.90, 0.60


@pytest.fixture(scope="session")
def suite_runs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> SuiteRuns:
    """Runs of the suite that all workers share."""
    folder = tmp_path_factory.getbasetemp()
    wanted: dict[str, list[str]] = {}
    for exhibit in CATCHABLE:
        for release in (exhibit.affected, exhibit.fixed) if exhibit.test else ():
            wanted.setdefault(release, []).append(exhibit.test)
    return SuiteRuns((folder if worker_id == "master" else folder.parent) / "museum", wanted)


def found(exhibit: Exhibit, release: str, suite_runs: SuiteRuns) -> frozenset[str]:
    """Return the checks that fail with a release; raise `CannotRunError` where it cannot be had."""
    if exhibit.test:
        ended = suite_runs.ended(release, exhibit.test)
        assert ended.ending in {"passed", "findings"}, f"with {release} the test was {ended.ending}"
        return ended.checks
    try:
        with open_lab(LabSettings.from_options({"duplicity_release": release}), "embedded") as lab:
            return frozenset(finding.check for finding in SCENARIOS[exhibit.scenario](lab))
    except FindingsError as error:
        return frozenset(finding.check for finding in error.findings)


@pytest.mark.nightly(reason="the museum installs and runs forty releases")
@pytest.mark.parametrize("exhibit", CATCHABLE, ids=str)
def test_the_check_is_red_where_the_defect_is_and_green_where_it_is_not(
    exhibit: Exhibit, suite_runs: SuiteRuns, tabulate: Callable[..., None]
) -> None:
    checks = []
    for column, release in ((AFFECTED, exhibit.affected), (FIXED, exhibit.fixed)):
        try:
            checks.append(found(exhibit, release, suite_runs))
        except CannotRunError as error:
            tabulate(TITLE, exhibit.id, column, f"{UNTRIED}{error}")
            pytest.skip(f"duplicity {release}: {error}")
        tabulate(TITLE, exhibit.id, column, ", ".join(sorted(checks[-1])) or NOTHING)
    red, green = checks
    assert exhibit.check in red, f"with {exhibit.affected}: {sorted(red) or NOTHING}"
    assert not green, f"with {exhibit.fixed}: {sorted(green)}"


def test_the_museum_is_as_large_as_it_says() -> None:
    assert len({exhibit.id for exhibit in EXHIBITS}) == len(EXHIBITS) >= LEAST


def test_the_recorded_run_is_of_this_museum_and_caught_what_it_should() -> None:
    tables = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert {row["name"] for table in tables for row in table["rows"]} >= {exhibit.id for exhibit in CATCHABLE}
    caught = [each.exhibit for each in shown(EXHIBITS, tables) if each.outcome == "caught"]
    assert len(caught) >= CAUGHT_SHARE * len(EXHIBITS)
    assert sum(bool(exhibit.test) for exhibit in caught) >= SUITE_SHARE * len(EXHIBITS)


def test_every_scenario_is_of_an_exhibit() -> None:
    assert set(SCENARIOS) == {exhibit.scenario for exhibit in EXHIBITS if exhibit.scenario}


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=str)
def test_an_exhibit_names_its_releases_and_its_source(exhibit: Exhibit) -> None:
    assert Version(exhibit.affected) < Version(exhibit.fixed)
    assert exhibit.source
    assert exhibit.summary
