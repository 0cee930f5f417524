"""Running pytest on test modules of ours, with our own reporter in place of pytest's."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.commands.parsers import Parser
from verify.errors import CannotRunError
from verify.options import Option, spelled

if TYPE_CHECKING:
    from verify.report.answer import Answer
    from verify.report.outcome import Run

WORKERS = min(os.cpu_count() or 1, 4)  # each opens a lab of its own


def add_pytest_options(parser: Parser, *, workers: bool = True) -> None:
    """Add the options that are pytest's own: `-k`, and with xdist `-n`; without it everything is one process."""
    group = parser.add_argument_group("pytest")
    group.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="run only the tests that match, as in pytest")
    if not workers:
        parser.set_defaults(workers=1)
        return
    group.add_argument(
        "-n", metavar="WORKERS", dest="workers", type=int, default=WORKERS, help="labs at once (default: %(default)s)"
    )


def run_tests(tests: Sequence[Path], parser: Parser, options: argparse.Namespace, known: Iterable[Option]) -> int:
    """Given test folders or modules, the command's parser and its parsed options, run pytest on them.

    `known` are the options that pytest is given too. Return the exit code of the verdict.
    """
    return run_and_tell(tests, parser, options, known).verdict.exit_code


def run_and_tell(
    tests: Sequence[Path],
    parser: Parser,
    options: argparse.Namespace,
    known: Iterable[Option],
    *,
    answer: "Answer | None" = None,
    command: str = "",
) -> "Run":
    """Run pytest as `run_tests` does, and return the run.

    Where there is an answer to fill, standard output is left to it, and the run is told on standard
    error. `command` is what to type for the same run, where the options do not say it.
    """
    from verify.report.console import ConsoleReporter, open_console  # noqa: PLC0415 - not for --help and --version
    from verify.report.files import unwritable  # noqa: PLC0415 - as above

    must_be_an_expression(options.keyword or "")
    known = tuple(known)
    console = open_console(sys.stderr if answer else sys.stdout)
    reporter = ConsoleReporter(console, command or command_of(parser, options, known))
    isolate(os.environ)
    import pytest  # noqa: PLC0415 - what is wrong with the arguments is said without it

    reporter.begin()
    plugins = [reporter, *([answer] if answer else [])]
    try:
        code = pytest.main(pytest_arguments(tests, options, known), plugins=plugins)
    except OSError as error:  # what a run itself meets is in its reports: this is what writes them
        raise unwritable(Path(options.report_dir), error) from error
    finally:
        reporter.close()
    if reporter.run is None:
        raise CannotRunError(f"pytest did not run the suite (exit code {int(code)}): what it says stands above")
    return reporter.run


def must_be_an_expression(keyword: str) -> None:
    """Raise `CannotRunError` unless pytest can read what -k was given: its workers would end in tracebacks."""
    from _pytest.mark.expression import Expression  # noqa: PLC0415 - pytest offers no public way to ask

    try:
        Expression.compile(keyword)
    except SyntaxError as error:
        raise CannotRunError(
            f"-k {keyword!r} is no expression ({error.msg}): combine parts of names by and, or, not and parentheses"
        ) from error


def isolate(environment: Any) -> None:
    """Take out of an environment what would make pytest load other plugins or other options than ours."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        environment.pop(name, None)
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def pytest_arguments(tests: Sequence[Path], options: argparse.Namespace, known: Iterable[Option]) -> list[str]:
    """Return pytest's arguments: the tests' folder as its root, and nothing of the caller's configuration."""
    folder = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in tests]))
    root = ["-c", os.devnull, f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib"]
    loaded = ("xdist.plugin", "_hypothesis_pytestplugin", "verify.plugin")
    unwanted = ("no:cacheprovider", "no:terminalreporter", "no:tmpdir")  # tmpdir keeps folders of the last runs
    plugins = [word for name in (*loaded, *unwanted) for word in ("-p", name)]
    chosen = ["-k", options.keyword] if options.keyword else []
    workers = ["-n", str(options.workers), "--dist=loadscope", "--no-loadscope-reorder"] if options.workers > 1 else []
    return [*map(str, tests), *root, *plugins, *workers, *chosen, *spelled(known, vars(options))]


def command_of(parser: Parser, options: argparse.Namespace, known: Iterable[Option]) -> str:
    """Return what to type for the same run, without what chose the tests."""
    once = ("update_lock",)  # a run that is to find the same again approves nothing
    given = (
        each for each in known if each.name not in once and getattr(options, each.name) != parser.get_default(each.name)
    )
    return shlex.join([*parser.prog.split(), *spelled(given, vars(options))])
