"""The catalogue of saboteurs is what it is said to be, and each check is needed by one of them."""

import importlib.util
import json
from pathlib import Path

import pytest

from verify import checks
from verify.checks import CATALOGUE, Check
from verify.detection import catalogue
from verify.detection.catalogue import FAMILIES, one_of_each, saboteurs
from verify.detection.deciding_folders import folder_of

CHECKOUT = Path(__file__).resolve().parents[2]
RECORDED = json.loads((CHECKOUT / "docs" / "detection.json").read_text())["saboteurs"]
FOLDERS = ("scenarios", "component/drill", "unit/drill")
OF_DRILLS = [path for folder in FOLDERS for path in (CHECKOUT / "tests" / folder).glob("*.py")]
DRILLS = "\n".join(path.read_text() for path in OF_DRILLS)
ALL = saboteurs()
EVERY_DAY = one_of_each(ALL)


def test_there_are_at_least_eighty_in_four_families() -> None:
    assert len(ALL) >= 80
    assert {saboteur.family for saboteur in ALL} == set(FAMILIES)


def test_each_has_a_name_of_its_own_and_says_what_it_does() -> None:
    assert len({saboteur.name for saboteur in ALL}) == len(ALL)
    assert [saboteur.name for saboteur in ALL if not saboteur.meaning.endswith(".")] == []


def test_each_costs_ten_lines_at_most() -> None:
    assert {saboteur.name: saboteur.lines for saboteur in ALL if saboteur.lines > 10} == {}


@pytest.mark.parametrize("check", CATALOGUE)
def test_a_check_that_was_removed_is_missed(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the tests that decide it, and by a saboteur that nothing else has to catch: CI is red on the same day.

    That the check does catch it is in the recorded detection, which is of this catalogue: see below.
    """
    folder = folder_of(check)
    monkeypatch.setattr(checks, "CATALOGUE", without(check))
    with pytest.raises(ValueError, match=check):
        checks.checks(check)
    if folder is None or folder.name == "drill":  # a drill's, or the owner's own: planted at a destination
        assert f'"{check}"' in DRILLS, f"no test of drills needs {check}"
        return
    assert [saboteur.name for saboteur in EVERY_DAY if saboteur.check == check], f"no saboteur needs {check}"
    caught = [row["name"] for row in RECORDED if row["check"] == check and row["outcome"] == "caught"]
    assert caught, f"no saboteur was seen to be caught by {check}"
    monkeypatch.setattr(catalogue, "CATALOGUE", without(check))
    with pytest.raises(ValueError, match="names no check"):
        saboteurs()


def without(check: str) -> dict[str, Check]:
    return {id_: each for id_, each in CATALOGUE.items() if id_ != check}


def test_the_recorded_detection_is_of_this_catalogue() -> None:
    now = {saboteur.name: (saboteur.check, saboteur.meaning) for saboteur in ALL}
    assert {row["name"]: (row["check"], row["meaning"]) for row in RECORDED} == now, "run ci/night"


def test_the_readme_shows_what_was_recorded() -> None:
    spec = importlib.util.spec_from_file_location("figures", CHECKOUT / "ci" / "figures.py")
    assert spec
    assert spec.loader
    figures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figures)
    readme = figures.README.read_text(encoding="utf-8")
    assert figures.written(readme) == readme, "write it anew: uv run python ci/figures.py"
