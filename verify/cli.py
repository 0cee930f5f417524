"""The console command: looks at its arguments, then runs pytest on the suite."""

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from verify import __version__
from verify.assets import suite
from verify.errors import CannotRunError

COULD_NOT_RUN = 2
INTERRUPTED = "interrupted; nothing left behind"
WORKERS = min(os.cpu_count() or 1, 4)  # each opens a lab of its own
LAB_OPTIONS = (
    "env_file", "stack", "source", "runtime", "duplicity_image", "duplicity_release", "duplicity_command",
    "minio_image", "profile", "report_dir",
)  # fmt: skip
EXAMPLES = """examples:
  duplicity-verify                                       the sample job
  duplicity-verify --env-file duplicity.env --stack stack.yml
                                                         your own job
  duplicity-verify --source /etc --runtime embedded      a real folder as one more tree; it is only read
  duplicity-verify -k encrypt --profile smoke            some tests, few examples
  duplicity-verify doctor                                what this machine can do, and what it lacks
  duplicity-verify doctor --prepare                      fill the cache, for a machine without network

exit codes: 0 proven, 1 findings, 2 could not run"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with code 2."""
        self.exit(COULD_NOT_RUN, f"duplicity-verify: {message}; see duplicity-verify --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Given the command line's arguments, run the command and return its exit code."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        return doctor(options) if options.command == "doctor" else run(options)
    except CannotRunError as error:
        return refused(str(error), options)
    except KeyboardInterrupt:
        return refused(INTERRUPTED, options)


def parser() -> Parser:
    """Return the command's parser."""
    made = Parser(
        prog="duplicity-verify",
        description="Verifies a duplicity job in a throw-away lab: would this backup come back?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("command", nargs="?", choices=["doctor"], help="say what this machine can do, instead of a run")
    made.add_argument("--prepare", action="store_true", help="with doctor: fill the cache beforehand")
    made.add_argument("--version", action="version", version=f"duplicity-verify {__version__}")
    _add_job(made.add_argument_group("the job").add_argument)
    _add_lab(made.add_argument_group("the lab").add_argument)
    _add_run(made.add_argument_group("the run").add_argument)
    return made


def _add_job(add: Any) -> None:
    add("--env-file", metavar="FILE", help="the job's duplicity.env (default: the sample job's)")
    add("--stack", metavar="FILE", help="the job's stack file")
    add("--source", metavar="DIR", help="a real folder to back up and restore too; it is only read")


def _add_lab(add: Any) -> None:
    add("--runtime", choices=("auto", "docker", "embedded"), default="auto", help="containers where an engine answers")
    add("--duplicity-image", metavar="IMAGE", help="the job's image (default: one of our own, built when absent)")
    add("--duplicity-release", metavar="VERSION", help="duplicity release from PyPI (default: 3.2.1)")
    add("--duplicity-command", metavar="PROGRAM", help="program that stands in duplicity's place (embedded)")
    add("--minio-image", metavar="IMAGE", help="image of the MinIO container")


def _add_run(add: Any) -> None:
    profiles = ("smoke", "default", "nightly")
    add("--profile", choices=profiles, default="default", help="how many examples are drawn")
    add("--report-dir", metavar="DIR", default=".duplicity-verify", help="for the reports (default: %(default)s)")
    add("-k", metavar="EXPRESSION", dest="keyword", help="run only the tests that match, as in pytest")
    add("-n", metavar="WORKERS", dest="workers", type=int, default=WORKERS, help="labs at once (default: %(default)s)")


def doctor(options: argparse.Namespace) -> int:
    """Print what this machine can do; return 0 if a lab can run on it, else 2."""
    from verify.lab.doctor import examine, prepare  # noqa: PLC0415 - imports what a run may not need

    if options.prepare:
        prepare(options.duplicity_release)
    lines = examine()
    _say(*lines)
    return COULD_NOT_RUN if any(line.needed and not line.ok for line in lines) else 0


def run(options: argparse.Namespace) -> int:
    """Run the suite by pytest, with our own reporter in place of pytest's; return the exit code."""
    from verify.report.console import ConsoleReporter, open_console  # noqa: PLC0415 - not for --help and --version

    reporter = ConsoleReporter(open_console(), command_of(options))
    look_at(options)
    isolate(os.environ)
    import pytest  # noqa: PLC0415 - what is wrong with the arguments is said without it

    reporter.begin()
    try:
        code = pytest.main(pytest_arguments(options), plugins=[reporter])
    finally:
        reporter.close()
    if reporter.run is None:
        raise CannotRunError(f"pytest did not run the suite (exit code {int(code)}): what it says stands above")
    return reporter.run.verdict.exit_code


def look_at(options: argparse.Namespace) -> None:
    """Raise `CannotRunError` for what is wrong with the arguments, before anything is started."""
    from verify.job import read_job  # noqa: PLC0415 - after --help and --version
    from verify.lab.runtime import choose  # noqa: PLC0415 - as above
    from verify.lab.settings import LabSettings  # noqa: PLC0415 - as above
    from verify.report.files import must_be_writable  # noqa: PLC0415 - as above

    if options.prepare:
        raise CannotRunError("--prepare is an option of the doctor: duplicity-verify doctor --prepare")
    if options.workers < 1:
        raise CannotRunError(f"-n {options.workers} leaves nothing to run with: give 1 or more")
    must_be_writable(Path(options.report_dir))
    settings = LabSettings.from_options(vars(options))
    read_job(settings.env_file, settings.stack, os.environ)
    if settings.source:
        must_hold_something(settings.source)
    choose(options.runtime)


def must_hold_something(source: Path) -> None:
    """Raise `CannotRunError` unless a folder can be read and is not empty: nothing would be proven by it."""
    try:
        empty = not any(source.iterdir())
    except NotADirectoryError:
        raise CannotRunError(f"--source {source} is no folder: name the folder that holds it") from None
    except FileNotFoundError:
        raise CannotRunError(f"--source {source} does not exist: name a folder that does") from None
    except OSError as error:
        raise CannotRunError(f"--source {source} cannot be read ({error.strerror}): run as who can") from None
    if empty:
        raise CannotRunError(f"--source {source} is empty, so it would prove nothing: name a folder that holds files")


def isolate(environment: Any) -> None:
    """Take out of an environment what would make pytest load other plugins or other options than ours."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        environment.pop(name, None)
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def pytest_arguments(options: argparse.Namespace) -> list[str]:
    """Return pytest's arguments: the suite's folder as its root, and nothing of the caller's configuration."""
    folder = suite()
    root = ["-c", os.devnull, f"--rootdir={folder}", f"--confcutdir={folder}", "--import-mode=importlib"]
    loaded = ("xdist.plugin", "_hypothesis_pytestplugin", "verify.plugin", "no:cacheprovider", "no:terminalreporter")
    plugins = [word for name in loaded for word in ("-p", name)]
    chosen = ["-k", options.keyword] if options.keyword else []
    workers = ["-n", str(options.workers), "--dist=worksteal"] if options.workers > 1 else []
    return [str(folder), *root, *plugins, *workers, *chosen, *spelled(vars(options))]


def spelled(options: Mapping[str, Any]) -> list[str]:
    """Given parsed options by name, return those that pytest has too, as arguments."""
    return [f"--{name.replace('_', '-')}={options[name]}" for name in LAB_OPTIONS if options[name]]


def command_of(options: argparse.Namespace) -> str:
    """Return what to type for the same run, without what chose the tests."""
    usual = vars(parser().parse_args([]))
    return shlex.join(["duplicity-verify", *spelled({**vars(options), **_unchanged(vars(options), usual)})])


def _unchanged(options: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, None]:
    return {name: None for name in LAB_OPTIONS if options[name] == usual[name]}


def refused(sentence: str, options: argparse.Namespace) -> int:
    """Say why there is no verdict, on standard error and in the reports of a run; return exit code 2."""
    sys.stderr.write(f"duplicity-verify: {sentence}\n")
    if options.command is None:
        from verify.report.files import write_refusal  # noqa: PLC0415 - not for --help and --version

        write_refusal(sentence, Path(options.report_dir))
    return COULD_NOT_RUN


def _say(*lines: object) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _as_ctrl_c(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
