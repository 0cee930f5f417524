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


@pytest.mark.parametrize(("scheme", "all_of_them"), [("near", False), ("par2+near", True)])
def test_the_backend_that_names_a_scheme_is_imported_and_all_where_none_does(
    modules: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, all_of_them: bool
) -> None:
    (modules / "duplicity" / "backends").mkdir(parents=True)
    registered: dict[str, str] = {}
    monkeypatch.setattr("builtins.registered", registered, raising=False)
    for name in ("near", "far"):
        (modules / f"duplicity/backends/{name}backend.py").write_text(f'registered["{name}"] = __name__\n')
    (modules / "duplicity/backends/brokenbackend.py").write_text(f"raise OSError  # {'near'!r}\n")
    everything: list[Any] = []
    backend = SimpleNamespace(import_backends=lambda: everything.append("all"), _backends=registered)
    looking._import_one(backend, scheme)
    backend.import_backends()
    assert (bool(everything), "near" in registered, "far" in registered) == (all_of_them, not all_of_them, False)
