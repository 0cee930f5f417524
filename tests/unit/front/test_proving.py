"""What a run does not repeat, or does not even begin: whole runs around a lab that is none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import configuration

import verify.concerns.gates
import verify.proofs.basis

# Imported before the runs in this process, which forget what they import: a run that imports one of these anew would
# not know the other's events.
import verify.proofs.memory
import verify.report.files
import verify.report.recorder
import verify.report.screen.terminal
import verify.report.tables
from verify.plugin.profiles import load_profile
from verify.proofs.digest import digest_of, suite_code

pytest_plugins = ["pytester"]

# A lab that is none, with a basis, and gates that a file closes. A file holds which tests fail.
CONFTEST = """
import json, pathlib
from dataclasses import dataclass
import pytest
import verify.proofs.basis, verify.concerns.gates
from verify.plugin import proving
from verify.checks import Finding
from verify.lab.client.variants import PLAIN

HERE = pathlib.Path(__file__).parent
verify.proofs.basis.basis_of = lambda lab: json.loads((HERE / "basis.json").read_text())
verify.concerns.gates.lacking_findings = verify.concerns.gates._surely_refused = lambda lab: []
verify.concerns.gates.refused_options_findings = lambda lab: (
    [Finding("command-succeeds", got="exit code 2", hint="Option x was removed")] if (HERE / "closed").exists() else []
)

@dataclass(frozen=True)
class Site:
    notes: tuple = ()

class Lab:
    runtime, site, statistics, variant = "embedded", Site(), {}, PLAIN
    job = {"source": "", "destination": "", "encrypted": True}
    @property
    def facts(self):
        runtime = {"name": "embedded", "why": ""}
        return {"runtime": runtime, "versions": {}, "notes": list(self.site.notes), "job": self.job}
    store = type("Store", (), {"must_be_alive": staticmethod(lambda: None)})
    def told(self): return []

@pytest.fixture(scope="session")
def lab(request):
    opened = request.config.stash.setdefault(proving.LABS, {})[request.param] = Lab()
    yield opened
"""
TESTS = """
import pathlib
import pytest
from verify.checks import Finding, checks, must_find_nothing
HERE = pathlib.Path(__file__).parent

@pytest.fixture(scope="session")
def chain(lab):
    (HERE / "chain").touch()

def ran(name):
    with (HERE / "ran").open("a") as file:
        file.write(name + " ")
    if name in (HERE / "failing").read_text().split():
        must_find_nothing([Finding("listing", name)])

@checks("content")
@pytest.mark.of_the_release
@pytest.mark.behind_the_gates
def test_a_chain(lab, chain): ran("chain")

@checks("listing")
@pytest.mark.of_the_release
@pytest.mark.behind_the_gates
@pytest.mark.parametrize("number", [1, 2, 3])
def test_drawn(lab, number):
    if number == 3:
        pytest.skip("no three")
    ran(f"drawn-{number}")

@checks("content")
@pytest.mark.behind_the_gates
def test_own(lab): ran("own")

@checks("job-complete")
def test_job(lab): ran("job")
"""
EVERYTHING = ["chain", "drawn-1", "drawn-2", "job", "own"]


class Place:
    """A folder with those tests."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(test_it=TESTS)
        self.basis(duplicity="3.2.1")
        self.fails()

    def basis(self, **basis: str) -> None:
        (self.path / "basis.json").write_text(json.dumps(basis))

    def fails(self, *names: str) -> None:
        (self.path / "failing").write_text(" ".join(names))

    def run(self, *words: str, proofs: bool = True) -> list[str]:
        """Run the tests; return which of them ran."""
        (self.path / "ran").write_text("")
        own = ("-p", "verify.plugin", "-p", "no:cacheprovider", "--runtime=embedded", "--report-dir=report")
        start = self._pytester.runpytest_subprocess if "-n2" in words else self._pytester.runpytest_inprocess
        done = start(*own, *(["--proofs"] if proofs else []), *words)
        self.out = done.stdout.str() + done.stderr.str()
        return sorted((self.path / "ran").read_text().split())

    @property
    def report(self) -> dict[str, Any]:
        written: dict[str, Any] = json.loads((self.path / "report" / "report.json").read_text())
        return written

    def check(self, id_: str) -> dict[str, Any]:
        return next(check for check in self.report["checks"] if check["id"] == id_)

    @property
    def files(self) -> list[Path]:
        return [path for path in (self.path / "cache" / "proofs").glob("*.json") if path.name != "failed.json"]


@pytest.fixture
def place(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """A place with nothing of the caller's; and the caller's own profile again afterwards."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI", "HYPOTHESIS_STORAGE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(pytester.path / "cache"))
    gates = ("lacking_findings", "_surely_refused", "refused_options_findings")
    for module, name in ((verify.proofs.basis, "basis_of"), *((verify.concerns.gates, each) for each in gates)):
        monkeypatch.setattr(module, name, getattr(module, name))  # as the conftest leaves it, until the end
    yield Place(pytester)
    configuration.set_hypothesis_home_dir(None)
    report_dir = request.config.getoption("report_dir")
    load_profile(
        request.config.getoption("profile") or "default", Path(report_dir, "hypothesis") if report_dir else None
    )


def test_what_is_proven_of_a_release_is_not_repeated_and_the_report_says_since_when(place: Place) -> None:
    assert place.run() == EVERYTHING
    assert (place.check("listing")["remembered"], place.check("listing")["proven_before"]) == (False, None)
    (place.path / "chain").unlink()

    assert place.run() == ["job", "own"]

    assert not (place.path / "chain").exists(), "nothing is made for a test that is not repeated"
    assert place.report["verdict"] == "proven"
    listing, content = place.check("listing"), place.check("content")
    assert (listing["outcome"], listing["remembered"]) == ("proven", True)
    assert listing["proven_before"] == {"at": listing["proven_before"]["at"], "profile": "default"}
    assert [test["ending"] for test in listing["tests"]] == ["remembered", "remembered", "skipped"]
    assert (content["outcome"], content["remembered"]) == ("proven", False)
    assert content["proven_before"]["profile"] == "default"
    assert "as proven before" in place.report["sentence"]
    assert "proven 20" in (place.path / "report" / "report.md").read_text()


def test_workers_do_the_same(place: Place) -> None:
    assert place.run("-n2") == EVERYTHING
    assert place.run("-n2") == ["job", "own"]
    assert place.report["verdict"] == "proven"


@pytest.mark.parametrize("words", [
    ["--again"], ["--profile=nightly"], ["-k", "test_drawn or test_chain or test_own or test_job or test_a_chain"],
])  # fmt: skip
def test_who_asks_for_it_has_it_repeated(place: Place, words: list[str]) -> None:
    place.run("--profile=nightly")
    assert place.run(*words) == EVERYTHING


def test_a_run_without_proofs_neither_believes_nor_remembers(place: Place) -> None:
    assert place.run(proofs=False) == EVERYTHING
    assert place.files == []
    place.run()
    assert place.run(proofs=False) == EVERYTHING


def test_a_test_that_was_chosen_by_name_is_no_proof_of_what_was_left_out(place: Place) -> None:
    place.run("-k", "drawn and 1")
    assert place.run() == EVERYTHING


def test_another_release_is_proven_by_itself(place: Place) -> None:
    place.run()
    place.basis(duplicity="3.2.1 edited")
    assert place.run() == EVERYTHING
    place.basis(duplicity="3.2.1")
    assert place.run() == ["job", "own"]


def test_a_proof_of_another_release_under_this_ones_name_is_not_believed(place: Place) -> None:
    place.run()
    (honest,) = place.files
    forged = digest_of({"duplicity": "broken", "suite": suite_code()})
    honest.rename(honest.with_name(f"{forged}.json"))
    place.basis(duplicity="broken")
    place.fails("drawn-1")
    assert place.run() == EVERYTHING
    assert place.report["verdict"] == "findings"


def test_a_duplicity_that_cannot_be_known_is_never_believed(place: Place) -> None:
    (place.path / "basis.json").write_text("null")
    place.run()
    assert place.files == []
    assert place.run() == EVERYTHING
    assert any("is not remembered" in note for note in place.report["notes"])


def test_a_smaller_profile_is_no_proof_for_a_larger_one(place: Place) -> None:
    (place.path / "cache" / "proofs").mkdir(parents=True)
    place.run()
    (file,) = place.files
    file.write_text(file.read_text().replace('"default"', '"smoke"'))
    assert place.run() == EVERYTHING
    assert place.run() == ["job", "own"]


def test_a_finding_is_never_remembered_and_is_run_first(place: Place) -> None:
    place.run()
    place.fails("drawn-2")
    assert place.run("--again") == EVERYTHING
    assert json.loads((place.path / "cache" / "proofs" / "failed.json").read_text()).popitem()[1] == [
        "test_it.py::test_drawn"
    ]
    assert place.run() == ["drawn-1", "drawn-2", "job", "own"]
    assert place.report["verdict"] == "findings"
    place.fails()
    assert place.run() == ["drawn-1", "drawn-2", "job", "own"]
    assert place.run() == ["job", "own"]


def test_a_memory_that_cannot_be_read_is_as_none(place: Place) -> None:
    place.run()
    (file,) = place.files
    file.write_text(file.read_text()[:-40])
    assert place.run() == EVERYTHING
    assert place.run() == ["job", "own"]


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["alone", "workers"])
def test_where_the_job_cannot_run_the_rest_is_not_proven_because_of_that(place: Place, workers: list[str]) -> None:
    (place.path / "closed").touch()
    assert place.run(*workers) == ["job"]
    reason = "the job cannot run: Option x was removed"
    assert (place.check("content")["outcome"], place.check("content")["reason"]) == ("not-proven", reason)
    assert (place.check("listing")["outcome"], place.check("listing")["reason"]) == ("not-proven", reason)
    assert not (place.path / "chain").exists()
    (place.path / "closed").unlink()
    assert place.run(*workers) == EVERYTHING


def test_smoke_is_the_jobs_own_and_says_what_it_leaves_out(place: Place) -> None:
    assert place.run("--profile=smoke") == ["job", "own"]
    left = place.check("listing")
    assert (left["outcome"], left["reason"]) == ("not-proven", "not part of the smoke profile")
    assert place.report["profile"] == "smoke"
    assert place.run("--profile=smoke", "-k", "drawn") == ["drawn-1", "drawn-2"]
