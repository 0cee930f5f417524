"""A run of all tests: how it is shared out to workers, what CI draws by, what is left to the night."""

import json
import re
from pathlib import Path

import pytest
from workers import next_unit, unit_of

import verify

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]


def test_tests_that_share_a_lab_or_a_chain_run_in_one_worker_together() -> None:
    assert unit_of("tests/suite/test_a.py::test_b[plain-docker-file]") == "docker: plain"
    assert unit_of("tests/suite/test_c.py::test_d[plain-docker]") == "docker: plain"
    assert unit_of("tests/suite/test_a.py::test_b[docker-plain]") == "docker: tests/suite/test_a.py"
    assert unit_of("tests/suite/test_a.py::test_b[5-embedded]") == "embedded: tests/suite/test_a.py"
    assert unit_of("tests/unit/test_a.py::test_b[docker]") == "tests/unit/test_a.py"
    assert unit_of("tests/front/test_a.py::test_b[docker]") == "tests/front/test_a.py::test_b[docker]"
    assert unit_of("tests/field/test_a.py::test_b[a-shape-2]") == unit_of("tests/field/test_a.py::test_b[a-shape]")


def test_a_worker_goes_on_with_what_it_has_open_and_else_leaves_others_theirs() -> None:
    waiting = ["tests/scenarios/a.py::b", "embedded: x", "docker: x", "tests/unit/a.py", "docker: y"]
    assert next_unit(waiting, "", []) == "tests/scenarios/a.py::b"
    assert next_unit(waiting, "docker: z", ["embedded: z"]) == "docker: x"
    assert next_unit(waiting, "", ["tests/scenarios/a.py::a", "embedded: z"]) == "docker: x"
    assert next_unit(waiting[1:], "tests/scenarios/a.py::b", ["embedded: z", "docker: z"]) == "tests/unit/a.py"
    assert next_unit(waiting[1:3], "", ["embedded: z", "docker: z"]) == "embedded: x"


def test_node_ids_are_the_same_with_workers(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """In reports, and in what a finding is met again by."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests" / "support"))
    (pytester.path / "tests" / "suite").mkdir(parents=True)
    (pytester.path / "tests" / "suite" / "test_it.py").write_text(
        "import pytest\n"
        "from verify.checks import Finding, checks, must_find_nothing\n"
        "@checks('content')\n"
        "@pytest.mark.parametrize('runtime', ['embedded', 'docker'])\n"
        "def test_it(runtime): must_find_nothing([Finding('content', 'a')])\n"
    )
    told = {}
    for workers in ("0", "2"):
        words = ("-p", "verify.plugin", "-p", "workers", "-p", "no:cacheprovider", f"-n{workers}")
        pytester.runpytest_subprocess(*words, f"--report-dir=report{workers}")
        findings = json.loads((pytester.path / f"report{workers}" / "report.json").read_text())["findings"]
        assert "@" not in str(findings)
        told[workers] = sorted((each["test"], each["reproduce"].rpartition(" -k ")[2]) for each in findings)
    wanted = [(f"tests/suite/test_it.py::test_it[{one}]", "content") for one in ("docker", "embedded")]
    assert told == {"0": wanted, "2": wanted}


def test_a_run_of_all_tests_has_workers_and_those_have_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests" / "support"))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeini("[pytest]\ntestpaths = tests\n")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_it.py").write_text(
        "import os\ndef test_it(): assert os.environ['PYTEST_XDIST_WORKER'].startswith('gw')\n"
    )
    pytester.makeconftest('pytest_plugins = ["workers"]')
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", timeout=120)
    done.assert_outcomes(passed=1)


def test_each_release_has_a_seed_of_its_own() -> None:
    seed, release = (ROOT / "ci" / "hypothesis-seed").read_text().split()
    assert seed.isdecimal()
    assert release == verify.__version__, "write another seed, and the release that it is of"


def test_the_night_runs_whatever_the_day_leaves_to_it() -> None:
    night = (ROOT / "ci" / "night").read_text()
    marked = [
        path for path in (ROOT / "tests").rglob("*.py") if re.search(r"mark\.nightly\(\s*reason=", path.read_text())
    ]
    paths = {str(path.relative_to(ROOT)) for path in marked} - {str(Path(__file__).relative_to(ROOT))}
    assert len(paths) > 1
    left_out = [path for path in paths if not re.search(rf" (?:{path}|{Path(path).parent}) ", night)]
    assert left_out == []
