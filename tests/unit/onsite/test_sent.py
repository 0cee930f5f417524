"""What is sent to where the files are runs there: any Python from 3.8 on, and nothing but its standard library."""

import ast
import json
import marshal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import verify.onsite
from verify.lab.hosts.gateway import SHIPPED
from verify.trees import Inventory, Tree, compare, file, plan

FOLDER = Path(*verify.onsite.__path__)
MODULES = sorted(FOLDER.glob("*.py"))
OURS = "verify.onsite."

# What the gateway does at the far end: it runs the agent's source, and asks it to load the others.
FAR_END = """
import json, marshal, sys
agent, modules, root, steps = json.load(sys.stdin)
there = {"__name__": "agent"}
exec(agent, there)
there["load"](modules)
root = root.encode()
assert there["call"]("materialise", "materialise", root, bytes.fromhex(steps)) == []
sys.stdout.buffer.write(marshal.dumps([there["call"]("observe", "observe", root, shares) for shares in (1, 2)], 2))
"""


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_python_3_8(path: Path) -> None:
    assert parsed(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_the_standard_library_and_its_neighbours_only(path: Path) -> None:
    others = {name for name in imported(parsed(path)) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in others if not name.startswith(OURS)} == set()


def test_with_each_module_those_are_sent_that_it_imports() -> None:
    for name in SHIPPED:
        needed = {each.removeprefix(OURS) for each in imported(parsed(FOLDER / f"{name}.py")) if each.startswith(OURS)}
        assert needed <= set(SHIPPED), name


def test_a_python_without_our_package_makes_and_observes_a_tree(tmp_path: Path) -> None:
    tree = Tree({b"%d" % number: file((number, number)) for number in range(200)})
    root = str(tmp_path / "root")
    sources = [(name, (FOLDER / f"{name}.py").read_text(encoding="utf-8")) for name in SHIPPED]
    agent = (FOLDER / "agent.py").read_text(encoding="utf-8")
    given = json.dumps([agent, sources, root, plan(tree).hex()]).encode()
    command = [sys.executable, "-I", "-S", "-c", FAR_END]
    answer = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout
    for runs in marshal.loads(answer):  # noqa: S302 - our own child's
        assert list(compare(Inventory.of(tree), Inventory(root, runs))) == []
