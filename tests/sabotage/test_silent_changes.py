"""Each silent change of the image is reported on the dialect that makes it, with what to write, and on no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from verify.checks import Finding
from verify.concerns.options_received import received_findings
from verify.job import read_job
from verify.lab.hosts.runtime import engine
from verify.lab.lab import Lab
from verify.lab.opening import open_lab
from verify.lab.settings import LabSettings
from verify.trees import Tree, file

CHANGES = yaml.safe_load((Path(__file__).parents[2] / "fixtures" / "silent-changes.yaml").read_text())
DIALECTS = ("classic", "v4")


def written(folder: Path, dialect: str, **variables: str) -> Path:
    """Write an env file for our image in a dialect, and return its path."""
    job = {"SRC": "/mnt/backup/src", "DST": "s3:///bucket/prefix", "PASSPHRASE": "a b", "IMAGE_DIALECT": dialect}
    path = folder / "duplicity.env"
    path.write_text("".join(f"{name}={value}\n" for name, value in (job | variables).items()))
    return path


@pytest.fixture(scope="module", params=DIALECTS)
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Lab]]:
    """A dialect, and a lab of our image that speaks it."""
    if not engine().ok:
        pytest.skip(engine().why)
    env_file = written(tmp_path_factory.mktemp("job"), request.param)
    with open_lab(LabSettings(env_file=env_file), "docker") as lab:
        lab.fill_source(Tree({name: file((1, 10)) for name in (b"a", b"b", b"my file")}))
        yield request.param, lab


@pytest.mark.parametrize("change", [*CHANGES["eight"], *CHANGES["more"]], ids=lambda change: change["name"])
def test_a_silent_change_is_reported_where_it_is_made_and_nowhere_else(
    change: dict[str, Any], image: tuple[str, Lab], tmp_path: Path
) -> None:
    dialect, lab = image
    variables = {name: change[name] for name in ("OPTIONS", "OPTIONS_EXTRA", "SRC") if name in change}
    job = read_job(written(tmp_path, dialect, **variables), None, {})

    found = received_findings(lab.host, job, lab.release)

    wanted = change.get(dialect, [])
    assert all(says(finding, one) for finding, one in zip(found, wanted, strict=True)), "\n".join(map(str, found))


def says(finding: Finding, wanted: dict[str, Any]) -> bool:
    """Return whether a finding says what was meant, what came instead, and what to write."""
    start, more, _ = wanted["came"].partition("…")
    came = finding.got[: len(start)] if more else finding.got
    said = (finding.check, finding.expected, came, finding.hint.splitlines()[1:])
    return said == ("options-reach-duplicity", wanted["meant"], start, wanted.get("write", []))


def test_the_eight_changes_are_eight() -> None:
    assert len(CHANGES["eight"]) == 8


def test_nothing_of_the_recorder_is_left_in_the_image(image: tuple[str, Lab], tmp_path: Path) -> None:
    dialect, lab = image
    before = lab.host.observe(lab.host.scratch).paths
    received_findings(lab.host, read_job(written(tmp_path, dialect), None, {}), lab.release)
    assert lab.host.observe(lab.host.scratch).paths == before
