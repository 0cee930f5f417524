"""An image that hands other words or another environment on to duplicity turns the suite red, and tells no secret."""

import json
from pathlib import Path

import pytest

from verify.assets import suite
from verify.detection.catalogue import saboteurs
from verify.detection.injection import Bench, brought_in
from verify.detection.pytest_runs import run_pytest
from verify.lab.client.provision import provision_duplicity
from verify.lab.hosts.runtime import engine

PASSPHRASE = "correct horse battery"
SAYS = {
    "lose-a-rule-on-the-way": ("--exclude /var/data/runtime", "nothing"),
    "cut-the-passphrase-on-the-way": ("PASSPHRASE in duplicity's environment as the job has it", "another value"),
    "forget-a-variable": ("TMPDIR in duplicity's environment as the job has it", "no TMPDIR"),
    "call-it-twice": ("no other call of duplicity", "duplicity --allow-source-mismatch"),
}
BY_NAME = {saboteur.name: saboteur for saboteur in saboteurs()}


@pytest.mark.parametrize("saboteur", SAYS)
def test_the_suite_names_what_does_not_arrive(saboteur: str, tmp_path: Path) -> None:
    if not engine().ok:
        pytest.skip(engine().why)
    env_file = tmp_path / "duplicity.env"
    env_file.write_text(
        f"SRC=/var/data\nDST=s3:///bucket/prefix\nTMPDIR=/tmp\nPASSPHRASE={PASSPHRASE}\n"
        "OPTIONS=--allow-source-mismatch --exclude /var/data/runtime --volsize 5\n"
    )
    bench = Bench(provision_duplicity(), ("smoke",), tmp_path, containers=True)

    with brought_in(BY_NAME[saboteur], bench, tmp_path) as means:
        words = [*means, f"--env-file={env_file}", f"--report-dir={tmp_path}", "-k=test_job_received"]
        assert run_pytest(suite(), words, tmp_path, timeout=600)

    text = (tmp_path / "report.json").read_text()
    expected, got = SAYS[saboteur]
    found = [finding for finding in json.loads(text)["findings"] if finding["check"] == "options-reach-duplicity"]
    assert any(each["expected"] == expected and each["got"].startswith(got) for each in found), found
    assert PASSPHRASE[:-1] not in text + (tmp_path / "pytest.log").read_text()
