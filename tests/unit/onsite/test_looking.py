"""The program that looks imports no more of duplicity and its clients than it needs."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from verify.onsite import looking


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that modules are imported from; they are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return tmp_path


def test_what_is_seldom_needed_is_imported_when_it_is_asked_for(modules: Path) -> None:
    (modules / "seldom_needed.py").write_text("answer = 42\n")
    looking._import_when_asked("seldom_needed")
    import seldom_needed  # type: ignore[import-not-found]  # noqa: PLC0415

    assert "answer" not in vars(seldom_needed)
    assert seldom_needed.answer == 42
    assert sys.modules["seldom_needed"].answer == 42


def test_what_is_not_installed_stays_missing(modules: Path) -> None:
    looking._import_when_asked("nobody_installed_this")
    with pytest.raises(ImportError):
        __import__("nobody_installed_this")


@pytest.mark.parametrize(
    ("scheme", "registers", "all_of_them"),
    [("sftp", "sftp", False), ("sftp", "scp", True), ("gdrive", "sftp", True)],
)
def test_a_backend_that_can_is_imported_alone(
    modules: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, registers: str, all_of_them: bool
) -> None:
    (modules / "duplicity" / "backends").mkdir(parents=True)
    registered: dict[str, str] = {}
    monkeypatch.setattr("builtins.registered", registered, raising=False)
    file = modules / "duplicity" / "backends" / "ssh_paramiko_backend.py"
    file.write_text(f"registered[{registers!r}] = __name__\n")
    everything: list[Any] = []
    backend = SimpleNamespace(import_backends=lambda: everything.append("all"), _backends=registered)
    looking._import_one(backend, scheme)
    backend.import_backends()
    assert bool(everything) is all_of_them
