"""The catalogue of checks, and findings."""

import re
from pathlib import Path

import pytest

from verify import assets
from verify.checks import CATALOGUE, Check, Finding, FindingsError, Severity, checks, gravest_first, must_find_nothing
from verify.detection.deciding_folders import FOLDERS, decided_in

ROOT = Path(__file__).parents[3]


def test_ids_are_what_tools_can_take_and_meanings_are_one_line() -> None:
    for id_, check in CATALOGUE.items():
        assert check.id == id_
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", id_)
        assert check.meaning
        assert "\n" not in check.meaning
        assert isinstance(check.severity, Severity)


def test_every_check_is_decided_by_a_test_of_the_suite_and_in_the_docs() -> None:
    folders = ("tests/suite", "tests/drill", "verify")
    modules = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    text = "\n".join(path.read_text() for path in modules if path.name != "checks.py")
    page = (ROOT / "docs" / "checks.md").read_text()
    assert [id_ for id_ in CATALOGUE if f'"{id_}"' not in text] == []
    assert [id_ for id_ in CATALOGUE if f"`{id_}`" not in page] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_the_tests_name_no_check_that_is_not_in_the_catalogue(name: str) -> None:
    assert decided_in(assets.tests(name))
    assert decided_in(assets.tests(name)) <= set(CATALOGUE)


@pytest.mark.parametrize("ids", [("contents",), ("content", "contents"), ()])
def test_a_misspelt_check_is_refused_when_the_module_is_imported(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no check has the id"):
        checks(*ids)


def test_a_mark_leaves_the_function_as_it_is() -> None:
    def test() -> int:
        return 7

    marked = checks("content", "structure")(test)
    assert marked is test
    assert marked() == 7
    assert marked.verify_checks == ("content", "structure")  # type: ignore[attr-defined]


def test_a_finding_needs_a_check() -> None:
    with pytest.raises(ValueError, match="no check has the id 'contents'"):
        Finding("contents")


def test_a_finding_survives_json() -> None:
    finding = Finding("content", "a", "1", "2", "hint", "again")
    data = finding.as_json()
    assert data["severity"] == "lost"
    assert Finding.from_json(data) == finding
    assert {type(value) for value in data.values()} == {str}  # workers send no other kind of string


@pytest.mark.parametrize("own", Severity)
def test_a_finding_may_be_graver_or_lighter_than_its_check(own: Severity) -> None:
    finding = Finding("fresh", severity=own)
    assert (finding.severity, finding.as_json()["severity"]) == (own, own.value)
    assert Finding.from_json(finding.as_json()) == finding
    assert Finding("fresh") == Finding("fresh", severity=Severity.AT_RISK)


def test_a_finding_of_another_check_is_as_grave_as_that() -> None:
    assert Finding("fresh", "a").of("rules-effective") == Finding("rules-effective", "a")


def test_a_severity_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="'data-loss' is not a valid Severity"):
        Finding.from_json({"check": "content", "severity": "data-loss"})


def test_severities_are_ordered() -> None:
    lost, risk, tidy = Severity
    assert [one.is_at_least(risk) for one in (lost, risk, tidy)] == [True, True, False]
    found = [Finding("fresh", severity=each) for each in (tidy, lost, risk, lost)]
    assert [each.severity for each in gravest_first(found)] == [lost, lost, risk, tidy]


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("content", "a", "1", "2"), "content (would not come back): a: expected 1, got 2"),
        (
            Finding("job-runs", "", "1", "2", "h", "r"),
            "job-runs (would not come back): expected 1, got 2\n    hint: h\n    Reproduce with:\n      r",
        ),
    ],
)
def test_a_finding_reads_as_a_sentence(finding: Finding, text: str) -> None:
    assert str(finding) == text


def test_no_findings_are_no_error_and_some_are_all_told() -> None:
    must_find_nothing(iter(()))
    found = (Finding("content", "a", "1", "2"), Finding("content", "b", "1", "2"))
    with pytest.raises(FindingsError) as caught:
        must_find_nothing(iter(found))
    assert caught.value.findings == found
    assert str(caught.value) == f"\n{found[0]}\n{found[1]}"
    assert isinstance(caught.value, AssertionError)


def test_two_checks_of_one_id_would_be_one() -> None:
    assert len({check.id for check in CATALOGUE.values()}) == len(CATALOGUE)
    assert Check("x", Severity.TIDY_UP, "m") == Check("x", Severity.TIDY_UP, "m")
