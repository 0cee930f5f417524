"""Mutation testing of the oracle: its statements are deleted one by one, and each time a test has to fail.

What is deleted: each statement of verify/selection; the line of an `if` or a `with`, so that what it
holds is always done; each decorator, `case`, `except` and condition of a comprehension; each row of a
table or a call that goes over several lines. Not deleted is what does nothing: docstrings, imports,
annotations without a value; nor are definitions, as the statements in them are.

It is our own because no well-kept tool for Python deletes statements. What such a tool does change
(operators, constants, arguments, conditions), mutmut does: see CONTRIBUTING.md.

A deletion that no test notices has to be in ci/living_mutants.txt with its reason, and nothing else may be.

Usage: uv run python ci/mutate_selection.py [MODULE…]
"""

import ast
import importlib.abc
import importlib.util
import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.machinery import ModuleSpec
from itertools import islice, pairwise
from multiprocessing import connection
from operator import attrgetter
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import hypothesis.strategies  # noqa: F401 - imported here, it is not imported again for each deletion
import pytest

import verify.trees  # noqa: F401 - as above

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "verify" / "selection"
SLOW = {"test_always_the_same.py", "test_around.py", "test_recorded.py"}  # come last: most is noticed before
TESTS = sorted((ROOT / "tests" / "unit" / "selection").glob("test_*.py"), key=lambda path: (path.name in SLOW, path))
OPTIONS = ["-oaddopts=--import-mode=importlib", "-x", "--assert=plain", "--profile=smoke", "--hypothesis-seed=0"]
OPTIONS += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
# The order of sets is the same each time, and only the plugins named are loaded.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
LIVING = ROOT / "ci" / "living_mutants.txt"
WANTED = 0.95
SECONDS = 15  # of CPU time, where 5 are enough; tests that need more never end, which is noticed too
MEMORY = 1 << 30  # bytes; likewise
FAILED = 9  # how a process ends in which a test failed; one that breaks down otherwise has noticed nothing
NOTICED = {FAILED, -signal.SIGXCPU, -signal.SIGKILL}

BLOCKS = {"body", "orelse", "finalbody"}
PARTS = {"cases", "decorator_list", "ifs"}
ROWS = {"elts", "args", "keywords"}
IDLE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)


class Cut(NamedTuple):
    """What can be deleted: a place in lists of a syntax tree, and what stands there instead.

    `scope` names the module and what is in it that holds the place, `function` whether a function does.
    """

    scope: str
    function: bool
    text: str
    lists: tuple[list[Any], ...]
    at: int
    instead: list[ast.stmt]

    def make(self) -> None:
        """Change the tree."""
        for each in self.lists:
            each[self.at : self.at + 1] = self.instead


def cuts(node: ast.AST, scope: str, *, function: bool = False) -> Iterator[Cut]:
    """Given a syntax tree and the name of what it is, yield all that can be deleted of it."""
    for field, parts in ast.iter_fields(node):
        for at, part in enumerate(parts if isinstance(parts, list) else ()):
            if field in BLOCKS and is_logic(part):
                if len(parts) > 1 or not is_gone_with(node):
                    yield Cut(scope, function, line(part), (parts,), at, [ast.Pass()])
                if isinstance(part, ast.If | ast.With):
                    yield Cut(scope, function, f"{line(part)} [always]", (parts,), at, part.body)
            elif field in PARTS or (field in ROWS and goes_over_lines(node)):
                inside = function and field != "decorator_list"
                yield Cut(scope, inside, f"{line(part)} [part]", (parts,), at, [])
            elif field == "keys" and goes_over_lines(node):
                yield Cut(scope, function, f"{line(part)} [part]", (parts, node.values), at, [])
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not function:
            yield from cuts(child, f"{scope}.{child.name}", function=isinstance(child, ast.FunctionDef))
        else:
            yield from cuts(child, scope, function=function)


def line(part: ast.AST) -> str:
    """Return the first line of a part of a syntax tree, as it is known wherever it moves."""
    return ast.unparse(part).strip().splitlines()[0]


def is_logic(statement: ast.stmt) -> bool:
    """Return whether a statement does something by itself."""
    is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    is_annotation = isinstance(statement, ast.AnnAssign) and statement.value is None
    return not (is_docstring or is_annotation or isinstance(statement, IDLE))


def is_gone_with(node: ast.AST) -> bool:
    """Return whether deleting the only statement in a node is no more than deleting the node, and so not counted."""
    return isinstance(node, ast.If | ast.For | ast.With) and not getattr(node, "orelse", [])


def goes_over_lines(node: ast.AST) -> bool:
    """Return whether a node is a table or a call that is written on several lines."""
    return isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.Call) and node.lineno != node.end_lineno


class Deletion(NamedTuple):
    """A deletion: where it is made, which of those that can be made in the module, and its text."""

    scope: str
    number: int
    text: str
    function: bool

    def __str__(self) -> str:
        return f"{self.scope}: {self.text}"

    @property
    def module(self) -> str:
        """The name of the module."""
        return self.scope.partition(".")[0]

    def code(self) -> CodeType:
        """Return the module without what is deleted, compiled."""
        tree = ast.parse(source_of(self.module))
        list(cuts(tree, self.module))[self.number].make()
        return compile(ast.fix_missing_locations(tree), str(self), "exec")


def source_of(module: str) -> str:
    """Return the source of a module of the oracle."""
    return (PACKAGE / f"{module}.py").read_text(encoding="utf-8")


def deletions(module: str) -> Iterator[Deletion]:
    """Given the name of a module of the oracle, yield each deletion there is."""
    seen: Counter[tuple[str, str]] = Counter()
    for number, cut in enumerate(cuts(ast.parse(source_of(module)), module)):
        seen[cut.scope, cut.text] += 1
        again = f" ({seen[cut.scope, cut.text]})" if seen[cut.scope, cut.text] > 1 else ""
        yield Deletion(cut.scope, number, f"{cut.text}{again}", cut.function)


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the module of a deletion as it is after it."""

    def __init__(self, deletion: Deletion) -> None:
        self._name = f"verify.selection.{deletion.module}"
        self._code = deletion.code()

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 - importlib's own
        """Return how to import the module; None for any other."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        exec(self._code, module.__dict__)  # noqa: S102 - it is our own


def be_limited(scratch: str) -> None:
    """Make this process end before long, quietly, and keep what Hypothesis finds to itself."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = f"{scratch}/{os.getpid()}"


def try_anew(deletion: Deletion | None, scratch: str) -> None:
    """Given any deletion, or none, import the oracle after it, run the tests, and exit `FAILED` or 0."""
    be_limited(scratch)
    if deletion:
        sys.meta_path.insert(0, Changed(deletion))
    os._exit(FAILED if pytest.main([*map(str, TESTS), *OPTIONS]) else 0)


class Collected:
    """A pytest plugin that tries deletions in functions on collected tests, which is quicker by far."""

    def __init__(self, deletions: Iterable[Deletion | None]) -> None:
        self.deletions = deletions
        self.living: list[Deletion | None] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try each."""
        self.living = living_of(self.deletions, partial(try_collected, session))
        return True


def delete_in_place(deletion: Deletion) -> None:
    """Given a deletion in a function, leave the function with the rest of its code."""
    codes = [deletion.code()]
    for code in codes:
        codes += [each for each in code.co_consts if isinstance(each, CodeType)]
    name = deletion.scope.partition(".")[2]
    function = attrgetter(name)(sys.modules[f"verify.selection.{deletion.module}"])
    function = getattr(function, "fget", getattr(function, "func", function))  # of a property
    function.__code__ = next(code for code in codes if code.co_qualname == name)


def try_collected(session: pytest.Session, deletion: Deletion | None, scratch: str) -> None:
    """Given a deletion in a function, or none, make it, run the tests collected, and exit `FAILED` or 0."""
    be_limited(scratch)
    if deletion:
        delete_in_place(deletion)
    for item, following in pairwise([*session.items, None]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            os._exit(FAILED)
    os._exit(0)


def living_of(deletions: Iterable[Any], attempt: Callable[[Any, str], None]) -> list[Any]:
    """Given deletions and how each is tried, in a process of its own, return those with which all tests pass."""
    rest = iter(deletions)
    running: dict[Any, Any] = {}
    living = []
    start = multiprocessing.get_context("fork").Process
    with tempfile.TemporaryDirectory() as scratch:
        while True:
            for each in islice(rest, len(os.sched_getaffinity(0)) - len(running)):
                process = start(target=attempt, args=(each, scratch))
                process.start()
                running[process.sentinel] = process, each
            if not running:
                return living
            for sentinel in connection.wait(list(running)):
                process, each = running.pop(sentinel)
                process.join()
                if process.exitcode not in NOTICED:
                    living.append(each)


def reasons(modules: Iterable[str]) -> dict[str, str]:
    """Return why each deletion that is known to go unnoticed does, as far as it is in the modules."""
    lines = (line.partition("  # ") for line in LIVING.read_text(encoding="utf-8").splitlines())
    return {name: reason for name, _, reason in lines if reason and re.split("[.:]", name)[0] in modules}


def main() -> int:
    """Try every deletion; return 0 if those that no test notices are few, and exactly those that are known."""
    modules = sys.argv[1:] or sorted({path.stem for path in PACKAGE.glob("*.py")} - {"__init__"})
    everything = [deletion for module in modules for deletion in deletions(module)]
    # What imports the oracle anew comes first, as long as it is not imported here. None is the oracle as it is.
    living = living_of([None, *(each for each in everything if not each.function)], try_anew)
    collected = Collected([None, *(each for each in everything if each.function)])
    pytest.main([*map(str, TESTS), *OPTIONS], plugins=[collected])
    living += collected.living
    if living.count(None) != 2:  # noqa: PLR2004 - one of each
        print("The tests fail on the oracle as it is, or cannot be run.")
        return 1
    living = [each for each in living if each]
    known = reasons(modules)
    unknown = {str(each) for each in living} - known.keys()
    dead = known.keys() - {str(each) for each in living}
    for name in sorted(unknown):
        print(f"No test notices: {name}")
    for name in sorted(dead):
        print(f"A test notices, so ci/{LIVING.name} is not to have it: {name}")
    killed = 1 - len(living) / len(everything)
    print(f"{len(everything) - len(living)} of {len(everything)} deletions make a test fail: {killed:.1%}")
    return int(killed < WANTED or bool(unknown or dead))


if __name__ == "__main__":
    if os.environ | ENVIRONMENT != os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ENVIRONMENT)  # noqa: S606 - itself
    sys.exit(main())
