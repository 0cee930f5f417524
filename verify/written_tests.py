"""Tests as they are written, read without importing them: their functions, and the checks that these name."""

import ast
from collections.abc import Iterator
from pathlib import Path


def test_functions(module: Path) -> Iterator[ast.FunctionDef]:
    """Given a module of tests, yield its test functions; none of one that Python refuses, which pytest tells."""
    try:
        tree = ast.parse(module.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test"))


def checks_named(function: ast.FunctionDef) -> Iterator[str]:
    """Given a test function, yield the words of its `@checks(…)`."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "checks":
            yield from (str(each.value) for each in decorator.args if isinstance(each, ast.Constant))
