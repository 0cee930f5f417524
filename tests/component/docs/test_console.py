"""What the docs show of a console is what its commands print."""

import importlib.util
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).parents[3]


def test_the_commands_of_the_docs_print_what_is_shown(tmp_path: Path) -> None:
    console = console_program()
    pages = console.pages()
    assert CHECKOUT / "docs" / "config-change.md" in pages
    for page in pages:
        checkout = tmp_path / page.stem
        checkout.mkdir()
        (checkout / "fixtures").symlink_to(CHECKOUT / "fixtures")
        text = page.read_text(encoding="utf-8")
        assert console.run_anew(text, checkout) == text, "write it anew: uv run python ci/console.py"


def console_program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("console", CHECKOUT / "ci" / "console.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
