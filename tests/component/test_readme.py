"""What the README shows of a console is what its commands print."""

import importlib.util
from pathlib import Path


def test_the_readmes_commands_print_what_it_says(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("readme_console", Path(__file__).with_name("readme_console.py"))
    assert spec
    assert spec.loader
    console = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(console)
    (tmp_path / "fixtures").symlink_to(console.CHECKOUT / "fixtures")
    text = console.README.read_text(encoding="utf-8")
    assert console.run_anew(text, tmp_path) == text, "write it anew: uv run python tests/component/readme_console.py"
