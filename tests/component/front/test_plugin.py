"""The pytest plugin, in runs of its own: what it adds, what it prints, what a run ends with."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import configuration, core

from verify.plugin.profiles import load_profile
from verify.plugin.run import SEED

pytest_plugins = ["pytester"]

# A lab that is none: these tests are about what happens around one.
LAB = """
import pytest
from verify.checks import Finding, checks, must_find_nothing
from verify.errors import CannotRunError

@pytest.fixture(scope="session")
def lab(request):
    (request.config.rootpath / f"opened-{request.param}").touch()

def lost(path="a"):
    must_find_nothing([Finding("content", path, "1 byte", "none")])
"""
ALL_ENDINGS = (
    LAB
    + """
@checks("listing")
def test_passes(lab): pass

@checks("content", "structure")
def test_finds(lab): lost()

@checks("metadata")
def test_breaks_off(lab): raise CannotRunError("the store died")

@checks("single-path")
def test_skips(lab): pytest.skip("nothing to try")

@checks("verify-agrees")
def test_errs(lab): raise KeyError("x")
"""
)
TIDY = """
@checks("rules-effective")
def test_tidies(): must_find_nothing([Finding("rules-effective")])
"""


@pytest.fixture(autouse=True)
def surroundings(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Nothing of the caller's, be it options or CI; and the caller's own profile again afterwards."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI", "HYPOTHESIS_STORAGE_DIRECTORY", SEED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(core, "global_force_seed", None)
    monkeypatch.setenv("DUPLICITY_VERIFY_CACHE", str(pytester.path / "cache"))
    yield
    configuration.set_hypothesis_home_dir(None)
    report_dir = request.config.getoption("report_dir")
    load_profile(
        request.config.getoption("profile") or "default", Path(report_dir, "hypothesis") if report_dir else None
    )


def run(pytester: pytest.Pytester, *words: str, runtime: str = "embedded", apart: bool = False) -> pytest.RunResult:
    """Run pytest on the tests that were made; `apart`: in a process of its own."""
    start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
    return start("-p", "verify.plugin", "-p", "no:cacheprovider", f"--runtime={runtime}", *words)


def report(pytester: pytest.Pytester, *words: str, apart: bool = False) -> dict[str, Any]:
    run(pytester, "--report-dir=report", *words, apart=apart)
    written: dict[str, Any] = json.loads((pytester.path / "report" / "report.json").read_text())
    return written


def test_the_options_of_a_run_are_pytests_too(pytester: pytest.Pytester) -> None:
    shown = run(pytester, "--help").stdout.str()
    group = shown.partition("verification of duplicity backups")[2].partition("\n\n")[0]
    for flag in ("--env-file=FILE", "--stack=FILE", "--source=DIR", "--runtime={all,auto,embedded,docker}",
                 "--duplicity-image=IMAGE", "--duplicity-release=VERSION", "--duplicity-command=PROGRAM",
                 "--minio-image=IMAGE", "--profile={smoke,default,nightly}", "--report-dir=DIR",
                 "--fail-on={lost,at-risk,tidy-up}"):  # fmt: skip
        assert flag in group
    assert "(default: all)" in group


def test_a_run_that_does_not_ask_for_the_plugin_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): import sys; assert 'hypothesis' not in sys.modules")
    done = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*duplicity-verify:*")
    done.stdout.no_fnmatch_line("*= checks =*")
    assert not (pytester.path / ".hypothesis").exists()


def test_a_conftest_may_ask_for_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["verify.plugin"]')
    pytester.makepyfile(ALL_ENDINGS)
    done = pytester.runpytest_subprocess("--runtime=embedded", "-p", "no:cacheprovider", "-k", "test_passes")
    done.stdout.fnmatch_lines(["*= checks =*", "1 proven"])


def test_a_finding_is_printed_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ALL_ENDINGS)
    done = run(pytester, "-k", "finds or breaks")
    done.stdout.fnmatch_lines(
        ["content (would not come back): a: expected 1 byte, got none", "could not run: the store died"]
    )
    done.stdout.no_fnmatch_line("*must_find_nothing*")
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.fnmatch_lines(
        ["*= checks =*", "1 finding, 1 not-proven, 1 error", "content: 1 finding: 1 would not come back"]
    )


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ("passes", 0), ("passes or skips", 0), ("finds", 1), ("errs", 1), ("finds or breaks", 1), ("errs or breaks", 1),
        ("breaks", 2), ("breaks or passes", 2),
    ],
)  # fmt: skip
def test_exit_codes_of_a_plain_run(pytester: pytest.Pytester, chosen: str, code: int) -> None:
    pytester.makepyfile(ALL_ENDINGS)
    assert run(pytester, "-k", chosen).ret == code


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ([], ("proven", 0, "at-risk")),
        (["--fail-on=tidy-up"], ("findings", 1, "tidy-up")),
        (["--policy=policy.toml"], ("findings", 1, "tidy-up")),
        (["--policy=policy.toml", "--fail-on=lost"], ("proven", 0, "lost")),
    ],
)
def test_what_fails_a_run_is_chosen_for_its_reports_and_pytests_own_exit_code_stays(
    pytester: pytest.Pytester, words: list[str], verdict: tuple[str, int, str]
) -> None:
    (pytester.path / "policy.toml").write_text('fail_on = "tidy-up"\n')
    pytester.makepyfile(ALL_ENDINGS + TIDY)
    done = run(pytester, "--report-dir=report", "-k", "passes or tidies", *words)
    written = json.loads((pytester.path / "report" / "report.json").read_text())
    assert (written["verdict"], written["exit_code"], written["fail_on"]) == verdict
    assert done.ret == 1


def test_the_report_tells_each_ending(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ALL_ENDINGS)
    written = report(pytester)
    outcomes = {check["id"]: (check["runtime"], check["outcome"], check["reason"]) for check in written["checks"]}
    assert outcomes == {
        "listing": ("embedded", "proven", ""),
        "content": ("embedded", "finding", ""),
        "structure": ("embedded", "not-proven", "another check failed first: content"),
        "metadata": ("embedded", "error", "the store died"),
        "single-path": ("embedded", "not-proven", "nothing to try"),
        "verify-agrees": ("embedded", "error", "KeyError: 'x'"),
    }
    (found,) = written["findings"]
    assert (found["check"], found["path"], found["runtime"]) == ("content", "a", "embedded")
    assert found["reproduce"].endswith(" -k content")  # which no other test decides
    assert written["troubles"] == [
        "the store died",
        "test_errs[embedded] stopped by a bug of duplicity-verify: KeyError: 'x'",
    ]


def test_junit_says_which_checks_a_test_decides_and_what_it_found(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ALL_ENDINGS)
    report(pytester)
    cases = ET.parse(pytester.path / "report" / "junit.xml").getroot().iter("testcase")  # noqa: S314 - pytest's own
    noted = {
        case.get("name"): {each.get("name"): each.get("value") for each in case.iter("property")} for case in cases
    }
    assert noted["test_finds[embedded]"]["checks"] == "['structure', 'content']"
    assert "'path': 'a'" in str(noted["test_finds[embedded]"]["finding"])
    assert noted["test_breaks_off[embedded]"]["could-not-run"] == "the store died"


def test_workers_make_the_same_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ALL_ENDINGS)

    def told(written: dict[str, Any]) -> dict[str, Any]:
        return {
            "checks": sorted((each["id"], each["outcome"], each["reason"]) for each in written["checks"]),
            "findings": [(each["check"], each["path"], each["test"]) for each in written["findings"]],
            "troubles": sorted(written["troubles"]),
            "verdict": (written["verdict"], written["exit_code"]),
        }

    alone, together = report(pytester), report(pytester, "-n", "2")
    assert told(together) == told(alone)


def test_a_run_in_workers_leaves_no_file_of_its_plan(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(pytester.path / "tmp"))
    pytester.makepyfile(LAB + "def test_it(): import os; os.kill(os.getppid(), 9)")
    run(pytester, "-n", "1", "-p", "no:tmpdir", apart=True)
    assert [path.name for path in (pytester.path / "tmp").glob("*plan*")] == []


def test_a_check_that_is_not_in_the_catalogue_is_no_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LAB + "@checks('contents')\ndef test_it(lab): pass")
    done = run(pytester)
    assert done.ret == 2
    done.stdout.fnmatch_lines(["*ValueError: no check has the id contents*"])


def test_a_test_that_needs_another_runtime_is_skipped_before_a_lab_is_opened(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LAB + "@pytest.mark.runtime('docker', reason='it is the images')\ndef test_it(lab): pass")
    done = run(pytester, "-rs")
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["SKIPPED * needs docker: it is the images"])
    assert not (pytester.path / "opened-embedded").exists()


def test_a_test_with_a_lab_runs_in_each_runtime_and_others_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{pytester.path}/none.sock")
    pytester.makepyfile(LAB + "def test_lab(lab): pass\ndef test_none(): pass")
    done = run(pytester, "-v", "-rs", runtime="all")
    done.assert_outcomes(passed=2, skipped=1)
    done.stdout.fnmatch_lines(
        [
            "*::test_lab?embedded? PASSED*",
            "*::test_lab?docker? SKIPPED*",
            "*::test_none PASSED*",
            "*no lab in docker: *",
        ]
    )


def test_auto_says_in_the_header_which_runtime_it_is_and_why(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pytester.path))
    pytester.makepyfile(LAB + "def test_lab(lab): pass")
    done = run(pytester, runtime="auto")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["duplicity-verify: runtime embedded: there is no docker command on PATH*"])


def test_docker_without_an_engine_is_one_sentence_and_exit_code_2(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pytester.path))
    pytester.makepyfile("from verify.checks import checks\n@checks('listing')\ndef test_lab(lab): pass")
    done = run(pytester, runtime="docker")
    assert done.ret == 2
    done.stdout.fnmatch_lines(["could not run: there is no docker command on PATH*; or run *--runtime embedded"])
    done.stdout.no_fnmatch_line("*Traceback*")


DRAWN = """
from hypothesis import given, strategies as st
calls = []

@checks("content")
@given(number=st.integers(0, 1000))
def test_draws(lab, number):
    calls.append(number)
    __import__("pathlib").Path("calls").write_text(str(len(calls)))
    if WHEN:
        WHAT
"""


# What Hypothesis draws, what a pack begins with, and what is collected before it is judged together.
DRAWN_BY_ALL = """
import pathlib
from hypothesis import given, strategies as st
from verify.concerns.selection.collecting import collected
from verify.plugin.packs import seed_of
seen = []

def together(numbers):
    seen.append(numbers)
    return {}

def test_collects(): collected("a", st.integers(), together, lambda one: [], examples=20)

@given(number=st.integers())
def draws(number): seen.append(number)

def test_draws(request):
    draws()
    class Item: config, obj, nodeid = request.config, draws, "a"
    pathlib.Path("drawn").write_text(str([*seen, seed_of(Item)]))
"""


def drawing(when: str, what: str) -> str:
    return LAB + DRAWN.replace("WHEN", when).replace("WHAT", what)


def test_a_finding_in_a_drawn_test_comes_with_its_example(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(drawing("number > 100", "lost(str(number))"))
    written = report(pytester, "--profile=default")
    (found,) = written["findings"]
    assert found["path"] == "101"
    assert "number=101" in found["example"]
    assert "@reproduce_failure" in found["example"]


def test_trouble_in_a_drawn_test_ends_it_at_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(drawing("True", "raise CannotRunError('the store died')"))
    done = run(pytester)
    assert done.ret == 2
    assert (pytester.path / "calls").read_text() == "1"


@pytest.mark.parametrize(("words", "examples"), [((), 10), (("--profile=smoke",), 3), (("--profile=nightly",), 200)])
def test_a_profile_says_how_many_examples_are_drawn(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], examples: int
) -> None:
    monkeypatch.setenv("CI", "true")  # where Hypothesis would take a profile of its own
    pytester.makepyfile(drawing("False", "pass"))
    run(pytester, *words).assert_outcomes(passed=1)
    assert int((pytester.path / "calls").read_text()) == examples


def test_the_seed_of_the_environment_is_drawn_by_unless_one_is_given(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(DRAWN_BY_ALL)

    def drawn(*words: str) -> str:
        run(pytester, *words).assert_outcomes(passed=2)
        return (pytester.path / "drawn").read_text()

    anew = {drawn() for _ in range(2)}
    assert len(anew) == 2, "without a seed each run draws anew"
    monkeypatch.setenv(SEED, "7")
    seeded = drawn()
    assert drawn() == seeded
    monkeypatch.delenv(SEED)
    assert drawn("--hypothesis-seed=7") == seeded
    monkeypatch.setenv(SEED, "8")
    assert drawn("--hypothesis-seed=7") == seeded
    assert drawn() != seeded


def test_what_was_found_is_found_again_from_the_report_folder(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(drawing("number > 100", "lost(str(number))"))
    report(pytester, "--profile=default")
    assert list((pytester.path / "report" / "hypothesis" / "examples").iterdir())
    assert not (pytester.path / ".hypothesis").exists()
    written = report(pytester, "--profile=smoke")
    assert [found["path"] for found in written["findings"]] == ["101"]


def test_ctrl_c_is_in_the_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LAB + "@checks('content')\ndef test_it(lab): raise KeyboardInterrupt")
    written = report(pytester, apart=True)
    assert (written["exit_code"], written["sentence"]) == (2, "interrupted; nothing left behind")
    assert [(check["id"], check["outcome"]) for check in written["checks"]] == [("content", "not-proven")]


def test_a_module_that_cannot_be_imported_is_trouble(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import nothing_of_that_name")
    written = report(pytester)
    assert "cannot be collected: ModuleNotFoundError: No module named 'nothing_of_that_name'" in written["sentence"]
    assert written["troubles"][1:] == ["1 error during collection"]


def test_reports_are_written_only_where_they_are_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ALL_ENDINGS)
    run(pytester, "-k", "passes")
    assert list(pytester.path.rglob("report.*")) + list(pytester.path.rglob("junit.xml")) == []
