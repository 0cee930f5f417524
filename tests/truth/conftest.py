"""Who is asked for the truth: docker, compose's own reader, and duplicity's own parser, release by release."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Asked
from docker_stack import answers

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Asks compose-go: see `ci/compose`."""
    built = subprocess.run([CHECKOUT / "ci/compose/reader"], capture_output=True, text=True, check=False)
    if built.returncode == 3:
        pytest.skip(built.stderr.strip())
    assert not built.returncode, built.stderr
    asked = Asked([built.stdout.strip()], tmp_path_factory.mktemp("compose"))
    yield asked
    asked.end()


@pytest.fixture(scope="session")
def docker_stack() -> None:
    """Skips where there is no docker command: it needs no engine."""
    if not answers():
        pytest.skip("there is no docker command, whose `docker stack config` is asked")
