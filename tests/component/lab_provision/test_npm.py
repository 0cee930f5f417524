"""What npm cannot install is one sentence, which says why, and what to do."""

import os
from pathlib import Path

import pytest

from verify.errors import CannotRunError
from verify.lab.client.npm import install_from_npm
from verify.lab.stores.azurite import PACKAGE
from verify.lab.stores.kinds import lacking


@pytest.fixture
def lock(tmp_path: Path) -> int:
    return os.open(tmp_path, os.O_RDONLY)


def test_without_npm_it_is_said_what_to_install(tmp_path: Path, lock: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lacking("azure") == {"node": "nodejs", "npm": "npm"}
    with pytest.raises(CannotRunError, match=r"^azurite@[\d.]+ is installed by npm, .*: apt-get install npm$"):
        install_from_npm(tmp_path / "folder", PACKAGE, lock)


def test_without_network_it_is_said_what_npm_says(tmp_path: Path, lock: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if missing := lacking("azure"):
        pytest.skip(f"{next(iter(missing))} is not installed: ci/prepare-host does")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(CannotRunError) as caught:
        install_from_npm(tmp_path / "folder", PACKAGE, lock)
    assert "npm says ECONNREFUSED" in str(caught.value)
    assert "see to the network" in str(caught.value)
