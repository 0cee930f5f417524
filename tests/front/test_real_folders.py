"""Real folders of this machine come back, beside the generated trees: encrypted, with the sample job's options."""

import sysconfig
from typing import Any

import pytest

by_night = pytest.mark.nightly(reason="one real folder is enough for every change")


@pytest.mark.parametrize(
    ("folder", "runtime"),
    [
        ("/etc", "embedded"),
        pytest.param("/etc", "docker", marks=by_night),
        pytest.param("/usr/share/doc", "embedded", marks=by_night),
        pytest.param("/usr/share/doc", "docker", marks=by_night),
        pytest.param(sysconfig.get_path("stdlib"), "embedded", marks=by_night),
        pytest.param(sysconfig.get_path("stdlib"), "docker", marks=by_night),
    ],
)
def test_a_real_folder_comes_back(
    command: Any, place: Any, folder: str, runtime: str, request: pytest.FixtureRequest
) -> None:
    if runtime == "docker":
        request.getfixturevalue("has_engine")
    done = command(f"--runtime={runtime}", f"--source={folder}", "-k", "given_folder")
    assert done.code == 0, done.out + done.err
    outcomes = {check["id"]: check["outcome"] for check in place.report["checks"]}
    assert outcomes == dict.fromkeys(("source-not-empty", "structure", "content", "metadata"), "proven")
    assert place.left() == {}
