"""One word, one meaning: a public class name stands once in `verify`."""

import ast
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("verify")))


def classes_of(module: Path) -> list[str]:
    """Return the names of a module's public classes."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return [each.name for each in tree.body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")]


def test_no_two_modules_have_a_public_class_of_the_same_name() -> None:
    modules = defaultdict(list)
    for module in sorted(PACKAGE.rglob("*.py")):
        for name in classes_of(module):
            modules[name].append(str(module.relative_to(PACKAGE)))
    assert modules
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}
