"""An image that hands other words or another environment on to duplicity turns the suite red."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.assets import asset
from verify.lab.runtime import engine

SUITE = Path(__file__).parents[1] / "suite" / "test_job_received.py"
PASSPHRASE = "correct horse battery"
SCRIPTS = "/usr/local/lib/duplicity-image"
# What each saboteur does before the image's own script, in whose place it stands.
SABOTEURS = {
    "lose-a-word": ("dup", 'OPTIONS=$(echo "$OPTIONS" | sed "s/ --exclude [^ ]*//")'),
    "cut-the-passphrase": ("entrypoint", "PASSPHRASE=${PASSPHRASE%?}"),
    "forget-a-variable": ("dup", "unset TMPDIR"),
    "call-it-twice": ("dup", f'{SCRIPTS}/dup "$@"'),
}
SAYS = {
    "lose-a-word": ("--exclude /var/data/runtime", "nothing"),
    "cut-the-passphrase": ("PASSPHRASE in duplicity's environment as the job has it", "another value"),
    "forget-a-variable": ("TMPDIR in duplicity's environment as the job has it", "no TMPDIR"),
    "call-it-twice": ("no further call", "duplicity --allow-source-mismatch"),
}


@pytest.fixture(params=SABOTEURS)
def saboteur(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A saboteur's name and its image, which is made from ours and removed again."""
    if not engine().ok:
        pytest.skip(engine().why)
    from verify.lab.engine import client  # noqa: PLC0415 - docker is imported where an engine answers
    from verify.lab.images import duplicity_image  # noqa: PLC0415 - as above

    script, line = SABOTEURS[request.param]
    ours = duplicity_image(None, asset("ci/images"), "3.2.1", "v4").name
    context, tag = tmp_path / "image", f"duplicity-verify/saboteur:{request.param}-{os.getpid()}"
    context.mkdir()
    (context / script).write_text(f'#!/bin/sh\n{line}\nexport OPTIONS PASSPHRASE\nexec {SCRIPTS}/{script} "$@"\n')
    (context / script).chmod(0o755)
    (context / "Dockerfile").write_text(f"FROM {ours}\nRUN rm /usr/local/bin/{script}\nCOPY {script} /usr/local/bin/\n")
    client().images.build(path=str(context), tag=tag, rm=True)
    try:
        yield request.param, tag
    finally:
        client().images.remove(tag, force=True)


def test_the_suite_names_what_does_not_arrive(saboteur: tuple[str, str], tmp_path: Path) -> None:
    name, image = saboteur
    env_file = tmp_path / "duplicity.env"
    env_file.write_text(
        f"SRC=/var/data\nDST=s3:///bucket/prefix\nTMPDIR=/tmp\nPASSPHRASE={PASSPHRASE}\n"
        "OPTIONS=--allow-source-mismatch --exclude /var/data/runtime --volsize 5\n"
    )

    done = run_suite(image, env_file, tmp_path / "report")

    assert done.returncode == 1, done.stdout
    text = (tmp_path / "report" / "report.json").read_text()
    expected, got = SAYS[name]
    found = [finding for finding in json.loads(text)["findings"] if finding["check"] == "options-received"]
    assert any(each["expected"] == expected and each["got"].startswith(got) for each in found), found
    assert PASSPHRASE[:-1] not in text + done.stdout + done.stderr


def run_suite(image: str, env_file: Path, report: Path) -> subprocess.CompletedProcess[str]:
    """Run the module of the suite on what duplicity receives, unchanged, with an image."""
    options = ["--runtime=docker", f"--duplicity-image={image}", f"--env-file={env_file}", f"--report-dir={report}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-p", "no:cacheprovider", "-q", *options],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
