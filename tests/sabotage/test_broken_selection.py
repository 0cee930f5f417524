"""A duplicity that selects wrongly turns the suite red, by the right check, and the finding names the path."""

import json
from pathlib import Path

import pytest

from verify.assets import suite
from verify.detection.catalogue import saboteurs
from verify.detection.injection import Bench, brought_in
from verify.detection.pytest_runs import run_pytest
from verify.lab.client.provision import provision_duplicity

RECIPE = "--exclude /var/data/runtime --exclude /var/data/registry"
BAD = "--exclude /var/data/runtime --include /var/data/registry"  # duplicity refuses an inclusion that is last
CAUGHT_BY = {
    "drop-an-exclude": (RECIPE, {("excluded-absent", "runtime/inside"), ("excluded-absent", "runtime")}),
    "exclude-whatever-the-case": (
        RECIPE, {("included-present", "RUNTIME/inside"), ("included-present", "REGISTRY/inside")},
    ),
    "exclude-a-name-everywhere": (RECIPE, {("included-present", "elsewhere/runtime/inside")}),
    "exclude-names-that-begin-alike": (
        RECIPE, {("included-present", "runtime2/beside"), ("included-present", "registry.d")},
    ),
    "exclude-names-that-look-alike": (RECIPE, {("included-present", "\N{FULLWIDTH LATIN SMALL LETTER R}untime")}),
    "swallow-bad-rules": (BAD, {("selection-as-predicted", "")}),
    "list-a-stranger": (RECIPE, {("selection-as-predicted", "not/there")}),
}  # fmt: skip
OWN_RULES, LAST = "own-rules-only", "an-inclusion-last"
PROOF_CAUGHT_BY = {
    "drop-an-exclude": (OWN_RULES, ("excluded-absent", "p000/data/runtime/f")),
    "exclude-whatever-the-case": (OWN_RULES, ("included-present", "p000/data/Runtime")),
    "exclude-a-name-everywhere": (OWN_RULES, ("included-present", "p000/elsewhere/data/runtime")),
    "exclude-names-that-begin-alike": (OWN_RULES, ("included-present", "p000/data/runtime2")),
    "swallow-bad-rules": (LAST, ("selection-as-predicted", "")),
    "list-a-stranger": (OWN_RULES, ("selection-as-predicted", "not/there")),
}
BY_NAME = {saboteur.name: saboteur for saboteur in saboteurs()}


@pytest.mark.parametrize("saboteur", CAUGHT_BY)
def test_the_suite_names_the_path_that_a_saboteur_selects_wrongly(saboteur: str, tmp_path: Path) -> None:
    options, wanted = CAUGHT_BY[saboteur]
    env_file = tmp_path / "duplicity.env"
    env_file.write_text(f"SRC=/var/data\nDST=s3:///bucket/prefix\nOPTIONS=--no-encryption {options}\n")

    found = found_by(saboteur, tmp_path, "test_job_rules", "-k=around-folders", f"--env-file={env_file}")

    assert wanted <= found, f"{sorted(wanted - found)} are missing of {sorted(found)}"


@pytest.mark.parametrize("saboteur", PROOF_CAUGHT_BY)
def test_the_proof_of_the_oracle_names_the_pair_that_a_saboteur_selects_wrongly(saboteur: str, tmp_path: Path) -> None:
    chosen, wanted = PROOF_CAUGHT_BY[saboteur]

    found = found_by(saboteur, tmp_path, "test_selection", f"-k={chosen}", "--profile=smoke")

    assert wanted in found
    assert ("selection-as-predicted", "") in found, "the finding that names the rules is missing"


def found_by(saboteur: str, folder: Path, module: str, *options: str) -> set[tuple[str, str]]:
    """Run a module of the suite, unchanged, with a saboteur; return the check and the path of each finding."""
    (folder / "state").mkdir()
    bench = Bench(provision_duplicity(), ("smoke",), folder)
    with brought_in(BY_NAME[saboteur], bench, folder) as means:
        words, modules = [*means, f"--report-dir={folder}", *options], [suite() / f"{module}.py"]
        assert run_pytest(suite(), words, folder, timeout=600, modules=modules)
    report = json.loads((folder / "report.json").read_text())
    return {(finding["check"], finding["path"]) for finding in report["findings"]}
