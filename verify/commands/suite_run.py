"""Running pytest on test modules of ours, with our own reporter in place of pytest's."""

import argparse
import contextlib
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.commands.chosen import must_choose_something
from verify.commands.parsers import JSON, Parser
from verify.commands.ready import make_ready
from verify.errors import INTERRUPTED, CannotRunError
from verify.options import CommandOption, spelled

if TYPE_CHECKING:
    from verify.lab.hosts.runtime import RuntimeChoice
    from verify.report.answers.answer import Answer
    from verify.report.outcome import Run
    from verify.report.screen.console import ConsoleReporter

WORKERS = min(os.cpu_count() or 1, 4)  # each opens a lab of its own


def add_pytest_options(parser: Parser, *, workers: bool = True) -> None:
    """Add the options that are pytest's own: `-k`, and with xdist `-n`; without it everything is one process."""
    group = parser.add_argument_group("which tests")
    group.add_argument(
        "-k", metavar="EXPRESSION", dest="keyword",
        help="only tests whose name or check contains this: content, or 'encrypt and not wrong-passphrase'",
    )  # fmt: skip
    if not workers:
        parser.set_defaults(workers=1)
        return
    group.add_argument(
        "-n", metavar="WORKERS", dest="workers", type=int, default=WORKERS,
        help="how many run side by side, each in a lab of its own (default: %(default)s)",
    )  # fmt: skip


def run_tests(
    tests: Sequence[Path],
    parser: Parser,
    options: argparse.Namespace,
    known: Iterable[CommandOption],
    runtime: "RuntimeChoice",
) -> int:
    """Given test folders or modules, the command's parser and its parsed options, run pytest on them.

    `known` are the options that pytest is given too; what `runtime` needs is made ready. Print the
    report as JSON if that is asked for. Return the exit code.
    """
    from verify.report.answers.answer import ReportAnswer  # noqa: PLC0415 - not for --help and --version

    answer = ReportAnswer() if options.form == JSON else None
    ended = run_and_tell(tests, parser, options, known, runtime=runtime, answer=answer)
    if answer:
        answer.run = ended
        answer.print()
    return ended.exit_code


def run_and_tell(
    tests: Sequence[Path],
    parser: Parser,
    options: argparse.Namespace,
    known: Iterable[CommandOption],
    *,
    runtime: "RuntimeChoice | None" = None,
    answer: "Answer | None" = None,
    command: str = "",
) -> "Run":
    """Run pytest as `run_tests` does, and return the run.

    Where there is an answer to fill, standard output is left to it, and the run is told on standard
    error. `command` is what to type for the same run, where the options do not say it. What `runtime`
    needs is made ready.
    """
    from verify.report.screen.console import ConsoleReporter, open_console  # noqa: PLC0415 - not for --help and --version

    known = tuple(known)
    isolate(os.environ)
    arguments = pytest_arguments(tests, options, known)
    if options.keyword:
        must_choose_something(options.keyword, tests, lambda: _collects(arguments))
    if runtime:
        make_ready(options, runtime)
    console = open_console(sys.stderr if answer else sys.stdout)
    reporter = ConsoleReporter(console, command or command_of(parser, options, known), quiet=options.quiet)
    with _reported(Path(options.report_dir)):
        return _told(reporter, arguments, [answer] if answer else [])


def _told(reporter: "ConsoleReporter", arguments: list[str], plugins: Sequence[object]) -> "Run":
    import pytest  # noqa: PLC0415 - what is wrong with the arguments is said without it

    reporter.begin()
    try:
        code = pytest.main(arguments, plugins=[reporter, *plugins])
    finally:
        reporter.close()
    if reporter.run is None:
        raise CannotRunError(f"pytest did not run the suite (exit code {int(code)}): what it says stands above")
    return reporter.run


def print_answer(answer: "Answer", ended: "Run", options: argparse.Namespace) -> None:
    """Print an answer when its run has ended; -q leaves out a table that nobody has to read."""
    if options.form == JSON or not options.quiet or ended.exit_code:
        answer.print()


@contextlib.contextmanager
def _reported(folder: Path) -> Iterator[None]:
    """Let a run that has begun leave a report, whatever ends it: none of an older run is to be taken for its own."""
    from verify.report.files import unwritable, write_refusal  # noqa: PLC0415 - not for --help and --version

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:  # what a run itself meets is in its reports: this is what writes them
        raise unwritable(folder, error) from error
    except CannotRunError as error:
        write_refusal(str(error), folder)
        raise
    except KeyboardInterrupt:
        write_refusal(INTERRUPTED, folder)
        raise
    except Exception as error:
        write_refusal(f"duplicity-verify crashed: {type(error).__name__}: {error}", folder)
        raise


class _Collected:
    """Counts what pytest chooses, and what it cannot collect."""

    items = 0

    def pytest_collection_finish(self, session: Any) -> None:
        """Count the tests."""
        self.items += len(session.items)

    def pytest_collectreport(self, report: Any) -> None:
        """Count a module that cannot be imported: the run itself says so."""
        self.items += report.failed


def _collects(arguments: Sequence[str]) -> bool:
    """Given pytest's arguments, return whether they choose a test; nothing is run, and no report is written."""
    import pytest  # noqa: PLC0415 - as above

    counter = _Collected()
    words = [word for word in arguments if not word.startswith("--report-dir=")]
    pytest.main([*words, "--collect-only", "--numprocesses=0"], plugins=[counter])
    return bool(counter.items)


def isolate(environment: Any) -> None:
    """Take out of an environment what would make pytest load other plugins or other options than ours."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        environment.pop(name, None)
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def pytest_arguments(tests: Sequence[Path], options: argparse.Namespace, known: Iterable[CommandOption]) -> list[str]:
    """Return pytest's arguments: the tests' folder as its root, and nothing of the caller's configuration.

    The first of the tests are ours: no `conftest.py` from above them is read, which in a checkout is for its own tests.
    """
    folders = [(path if path.is_dir() else path.parent).absolute() for path in tests]
    folder = os.path.commonpath(folders)
    root = ["-c", os.devnull, f"--rootdir={folder}", f"--confcutdir={folders[0]}", "--import-mode=importlib"]
    loaded = ("xdist.plugin", "_hypothesis_pytestplugin", "verify.plugin")
    unwanted = ("no:cacheprovider", "no:terminalreporter", "no:tmpdir")  # tmpdir keeps folders of the last runs
    plugins = [word for name in (*loaded, *unwanted) for word in ("-p", name)]
    chosen = ["-k", options.keyword] if options.keyword else []
    workers = ["-n", str(options.workers), "--dist=loadscope", "--no-loadscope-reorder"] if options.workers > 1 else []
    return [*map(str, tests), *root, *plugins, *workers, *chosen, *spelled(known, vars(options))]


def command_of(parser: Parser, options: argparse.Namespace, known: Iterable[CommandOption]) -> str:
    """Return what to type for the same run, without what chose the tests."""
    once = ("update_lock",)  # a run that is to find the same again approves nothing
    given = (
        each for each in known if each.name not in once and getattr(options, each.name) != parser.get_default(each.name)
    )
    return shlex.join([*parser.prog.split(), *spelled(given, vars(options))])
